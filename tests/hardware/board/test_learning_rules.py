"""Plastic synapses of sPyNNaker's binaries on the emulated board, of weights and of connections, in one run."""

from __future__ import annotations

from types import SimpleNamespace

import exact
import exact_learning
import networks
import numpy as np
import pytest

from pynn_sfdfa.hardware.board import emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

TIME = 200
REWARDS, PUNISHMENTS, CONCENTRATION = [30.0, 100.0], [135.0], 0.05
MODULATIONS = [(time, CONCENTRATION) for time in REWARDS] + [(time, -CONCENTRATION) for time in PUNISHMENTS]
PAIRS = {"tau_plus": 20.0, "tau_minus": 15.0, "A_plus": 0.05, "A_minus": 0.04}
TRIPLETS = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0, "A_plus": 0.05, "A_minus": 0.04}
THIRD = {"A3_plus": 0.06, "A3_minus": 0.03}
VOGELS = {"alpha": 0.12, "tau": 20.0, "A_plus": 0.05, "A_minus": 0.05}
ELIGIBLE = PAIRS | {"A_plus": 1.0, "A_minus": 0.5}
MODULATED = {"tau_c": 100.0, "tau_d": 20.0}
WEIGHT_STEP = 1 / 512
CELL = {name: value for name, value in networks.SILENT_CELL.items() if name != "i_offset"}
CELL |= {"v_thresh": -50.0, "tau_refrac": 20.0}

N, GRID = 16, (4, 4)
FIRING = [3, 7, 11]
"""Neurons of the source of connections that come and go."""
ATTEMPTS = TIME
"""One in each ms."""
WITHIN = 3.5
"""Standard deviations."""


def rules(sim):
    """Timing and weight dependence of each rule."""
    more = sim.extra_models
    limits = {"w_min": exact_learning.W_MIN, "w_max": exact_learning.W_MAX}
    return {
        "triplet": (more.PfisterSpikeTriplet(**TRIPLETS), more.WeightDependenceAdditiveTriplet(**limits, **THIRD)),
        "nearest": (more.SpikeNearestPairRule(**PAIRS), sim.AdditiveWeightDependence(**limits)),
        "multiplicative": (sim.SpikePairRule(**PAIRS), sim.MultiplicativeWeightDependence(**limits)),
        "vogels": (more.Vogels2011Rule(**VOGELS), sim.AdditiveWeightDependence(**limits)),
        "modulated": (sim.SpikePairRule(**ELIGIBLE), sim.AdditiveWeightDependence(**limits)),
        "conductance": (sim.SpikePairRule(**PAIRS), sim.AdditiveWeightDependence(w_min=0.0, w_max=0.4)),
    }


def plastic(sim):
    """Two neurons for each rule, which a teacher makes fire."""
    source = sim.Population(len(networks.PRE), sim.SpikeSourceArray(spike_times=networks.PRE), label="source")
    n = len(networks.TEACHER)
    teacher = sim.Population(n, sim.SpikeSourceArray(spike_times=networks.TEACHER))
    targets, projections = {}, {}
    for name, (timing, weight) in rules(sim).items():
        by_conductance = name == "conductance"
        cell = sim.IF_cond_exp(**CELL) if by_conductance else sim.IF_curr_exp(**CELL)
        targets[name] = sim.Population(n, cell, label=name)
        targets[name].record("spikes")
        strong = sim.StaticSynapse(weight=0.4 if by_conductance else 16.0, delay=1.0)
        sim.Projection(teacher, targets[name], sim.OneToOneConnector(), strong)
        rule = sim.STDPMechanism(
            timing_dependence=timing, weight_dependence=weight, weight=0.1 if by_conductance else 1.0, delay=1.0
        )
        projections[name] = sim.Projection(source, targets[name], sim.AllToAllConnector(), rule)
    for times, receptor in ((REWARDS, "reward"), (PUNISHMENTS, "punishment")):
        dopaminergic = sim.Population(n, sim.SpikeSourceArray(spike_times=[times] * n), label=receptor)
        synapse = sim.extra_models.Neuromodulation(weight=CONCENTRATION, **MODULATED, w_max=exact_learning.W_MAX)
        connector = sim.OneToOneConnector()
        sim.Projection(dopaminergic, targets["modulated"], connector, synapse, receptor_type=receptor)
    return targets, projections


def structural(sim):
    """Connections that come and go: filled up, from who fires, by distance, lost, lost when weak."""
    trains = [list(np.arange(5.0 + neuron, TIME, 12.0)) if neuron in FIRING else [] for neuron in range(N)]
    source = sim.Population(N, sim.SpikeSourceArray(spike_times=trains), label="changing")
    none, every = sim.FixedProbabilityConnector(0.0), sim.AllToAllConnector()
    random, recent = sim.RandomSelection(), sim.LastNeuronSelection()
    kinds = {
        "filled": (random, 1.0, 1e3, 0.0, 0.0, 4, 5, none),
        "recent": (recent, 1.0, 1e3, 0.0, 0.0, N, 1, none),
        "near": (random, 1.0, 1.0, 0.0, 0.0, N, 1, none),
        "lost": (random, 0.0, 1.0, 1.0, 1.0, N, 1, every),
        "weak": (random, 0.0, 1.0, 1.0, 0.0, N, 1, every),
        "strong": (random, 0.0, 1.0, 1.0, 0.0, N, 1, every),
    }
    projections = {}
    for name, (partner, peak, spread, depressed, potentiated, most, each_ms, connector) in kinds.items():
        changing = sim.StructuralMechanismStatic(
            partner,
            sim.DistanceDependentFormation(grid=GRID, p_form_forward=peak, sigma_form_forward=spread),
            sim.RandomByWeightElimination(
                threshold=0.4, prob_elim_depressed=depressed, prob_elim_potentiated=potentiated
            ),
            weight=0.25 if name == "weak" else 0.5,
            delay=3.0,
            initial_weight=0.5,
            initial_delay=3.0,
            s_max=most,
            f_rew=1000 * each_ms,
            with_replacement=False,
            seed=1,
        )
        target = sim.Population(N, sim.IF_curr_exp(**networks.SILENT_CELL), label=name)
        projections[name] = sim.Projection(source, target, connector, changing)
    return projections


@pytest.fixture(scope="module")
def learned():
    """Spikes and weights by rule, and the list of connections by kind of change."""
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        targets, projections = plastic(sim)
        changing = structural(sim)
        sim.run(TIME)
        found = SimpleNamespace(rules={}, lists={})
        for name, projection in projections.items():
            trains = targets[name].get_data("spikes").segments[0].spiketrains
            weights = np.array(projection.get("weight", format="array"))
            found.rules[name] = SimpleNamespace(spikes=[list(train.magnitude) for train in trains], weights=weights)
        for name, projection in changing.items():
            rows = projection.get(["weight", "delay"], format="list")
            found.lists[name] = np.array([tuple(row) for row in rows]).reshape(-1, 4)
        assert not board.faults
        sim.end()
    return found


def after(learned, name, change, weight=1.0, rule=None, **more):
    """Weights that a rule leads to, of all synapses of its projection."""
    spikes = learned.rules[name].spikes
    return np.array([[change(weight, rule, pre, post, **more) for post in spikes] for pre in networks.PRE])


def within_steps(learned, name, expected, step=WEIGHT_STEP):
    """Whether each weight is right but for one step of the weights at each spike."""
    spikes = learned.rules[name].spikes
    steps = np.array([[len(pre) + len(post) for post in spikes] for pre in networks.PRE])
    return bool((np.abs(learned.rules[name].weights - expected) < step * steps).all())


@pytest.mark.parametrize(
    ("name", "change", "rule"),
    [
        ("triplet", exact_learning.triplet, TRIPLETS | THIRD),
        ("nearest", exact_learning.nearest, PAIRS),
        ("multiplicative", exact_learning.multiplicative, PAIRS),
        ("vogels", exact_learning.vogels, VOGELS),
    ],
)
def test_rules_of_plasticity(learned, name, change, rule):
    expected = after(learned, name, change, rule=rule)
    assert within_steps(learned, name, expected)
    assert np.ptp(expected) > 40 * WEIGHT_STEP


def test_nearest_pairs_begin_with_a_spike_that_nobody_has_fired(learned):
    """The first postsynaptic spike is paired with a presynaptic one at 0 ms, whether there was one or not."""
    without = after(learned, "nearest", exact_learning.nearest, rule=PAIRS, first=None)
    difference = np.abs(learned.rules["nearest"].weights - without).max()
    assert 0.012 < difference < PAIRS["A_plus"]


def test_plastic_conductances(learned):
    rule = PAIRS | {"w_min": 0.0, "w_max": 0.4}
    expected = after(learned, "conductance", exact.paired_weight, weight=0.1, rule=rule, delay=1.0)
    assert within_steps(learned, "conductance", expected, step=WEIGHT_STEP / 32)
    assert np.ptp(expected) > 0.1


def test_neuromodulated_plasticity(learned):
    """Decays in steps of 16 and 4 ms are what makes it differ from Izhikevich's equations by a fifth of the change."""
    rule, weights = ELIGIBLE | MODULATED, learned.rules["modulated"].weights
    stepped = after(learned, "modulated", exact_learning.izhikevich_on_the_machine, rule=rule, modulations=MODULATIONS)
    assert np.abs(weights - stepped).max() < 0.01
    exactly = after(learned, "modulated", exact_learning.izhikevich, rule=rule, modulations=MODULATIONS)
    assert 0.1 < np.abs(weights - exactly).max() < 0.2
    assert np.ptp(exactly) > 1


def pairs(connections):
    """How often each pair of neurons is connected."""
    found = np.zeros((N, N), int)
    np.add.at(found, tuple(connections[:, :2].T.astype(int)), 1)
    return found


def test_connections_are_formed_until_a_row_is_full(learned):
    connections = learned.lists["filled"]
    assert set(connections[:, 2]) == {0.5}
    assert set(connections[:, 3]) == {3.0}
    counts = pairs(connections)
    assert counts.max() == 1
    assert counts.sum(axis=1).max() == 4
    assert counts.sum() > 0.9 * 4 * N


def test_connections_are_formed_with_who_has_fired(learned):
    counts = pairs(learned.lists["recent"])
    assert set(np.flatnonzero(counts.any(axis=1))) == set(FIRING)


def chances(x, y):
    """Squared distance of each pair without edges, and the chance of its connection: exp(-d^2 / 2) when chosen."""
    dx, dy = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    squared = np.where(dx > 2, dx - GRID[0], dx) ** 2 + np.where(dy > 2, dy - GRID[1], dy) ** 2
    return squared, 1 - (1 - np.exp(-squared / 2) / N**2) ** ATTEMPTS


def test_connections_are_formed_by_distance_on_a_grid_twice_as_large(learned):
    """The host writes 1 / 4 with 31 bits behind the point, the machine reads 32: to find x and y, it divides by 8."""
    formed, neurons = pairs(learned.lists["near"]) > 0, np.arange(N)
    squared, chance = chances(neurons // (2 * GRID[0]), neurons - GRID[1] * (neurons // (2 * GRID[1])))
    for distance in (0, 1, 2, 4):
        of = squared == distance
        spread = np.sqrt((chance * (1 - chance))[of].sum())
        assert abs(chance[of].sum() - formed[of].sum()) < WITHIN * spread
    _, documented = chances(*np.divmod(neurons, GRID[0]))
    odds = [np.where(formed, np.log(p), np.log(1 - p)).sum() for p in (chance, documented)]
    assert odds[0] > odds[1] + 5


def test_connections_are_lost_at_random_or_when_weak(learned):
    """What is left of n after as many attempts: n (1 - 1 / n)^attempts."""
    n = N**2
    left = n * (1 - 1 / n) ** ATTEMPTS
    share = left / n
    spread = np.sqrt(n * share * (1 - (1 + ATTEMPTS / n) * share))
    for name in ("lost", "weak"):
        assert abs(len(learned.lists[name]) - left) < WITHIN * spread
    assert len(learned.lists["strong"]) == n
