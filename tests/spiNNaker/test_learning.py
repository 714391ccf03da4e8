"""What the cores learn is what the fixed-point specification says, bit for bit."""

import numpy as np
import pytest

pytest.importorskip("spynnaker")

from oracles.fixed_point_network import FixedPointNetwork, LearningParameters

from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.spiNNaker.counters import core_counters
from pynn_sfdfa.spiNNaker.layout import COUNTERS

SIZES = (12, 9, 8, 3)
SEED = 7
RATES = {"learning_rate": 1e-4, "rho": 0.1, "r_target": 0.5}
CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "trial_duration": 40.0}


def samples(n, seed):
    """Each input fires up to three times in the first half of a trial."""
    rng = np.random.default_rng(seed)
    units = [np.repeat(np.arange(SIZES[0]), rng.integers(0, 4, SIZES[0])) for _ in range(n)]
    times = [np.concatenate([rng.choice(20, np.sum(u == i), replace=False) for i in range(SIZES[0])]) for u in units]
    order = [np.lexsort((u, t)) for u, t in zip(units, times, strict=True)]
    offsets = np.cumsum([0, *(u.size for u in units)])
    flat = [np.concatenate([values[o] for values, o in zip(each, order, strict=True)]) for each in (times, units)]
    labels = rng.integers(0, SIZES[-1], n)
    return SpikeTrains(flat[0].astype(np.float32), flat[1].astype(np.int32), offsets, labels, SIZES[0])


def network(**parameters):
    layers = [{**CELL, "v_thresh": -69.0}, {**CELL, "v_thresh": -69.3}]
    built = FeedForward(
        SIZES,
        hidden=layers,
        output={**CELL, "v_thresh": -69.5},
        delay=1.0,
        weights=(-0.5, 1.0),
        seed=1,
        **parameters,
    )
    rng = np.random.default_rng(2)
    built.feedback = [rng.normal(0, 0.3, feedback.shape).astype(np.float32) for feedback in built.feedback]
    return built


def counts(population, trials):
    edges = 40.0 * np.arange(trials + 1) - 1e-6
    trains = population.get_data("spikes").segments[0].spiketrains
    return np.array([np.histogram(train.magnitude, edges)[0] for train in trains]).T


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gradient", "timed"), [("bounded", False), ("exact", False), ("bounded", True), ("exact", True)]
)
def test_two_hidden_layers_on_many_cores(emulated, gradient, timed):
    sim, trials = emulated, 4
    shown = samples(trials, 3)
    targets = np.where(np.arange(SIZES[-1]) == shown.labels[:, None], 15.0, 3.0)
    described = network(gradient=gradient)
    specification = FixedPointNetwork(described, timestep=1.0, seed=SEED)
    learning = LearningParameters(feedback_learning_rate=0.01, timed=timed, **RATES)
    expected = [specification.train(shown, k, targets[k], learning, k) for k in range(trials)]

    sim.setup(timestep=1.0, seed=SEED, board="emulated")
    sim.set_number_of_neurons_per_core(sim.LIF_SFDFA, 4)
    rates = {"feedback_learning_rate": 0.01, "timed": timed, **RATES}
    wiring = network(gradient=gradient).wire(sim, shown, targets=targets, **rates)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(3 * 40.0)
    sim.run((trials - 3) * 40.0)

    for layer, population in enumerate(wiring.populations):
        found = counts(population, trials)
        assert found.any()
        np.testing.assert_array_equal(found, [trial[layer].state.count for trial in expected])
    for projection, words in zip(wiring.projections, specification.weights, strict=True):
        before = projection.words.copy()
        projection.get("weight", format="array")
        np.testing.assert_array_equal(projection.words, words)
        assert (projection.words != before).any()
    for projection, words in zip(wiring.feedback, specification.feedback, strict=True):
        projection.get("weight", format="array")
        np.testing.assert_array_equal(projection.words, words)

    cores = [core for population in wiring.populations for core in population._vertex.machine_vertices]
    assert [core.vertex_slice.n_atoms for core in cores] == [4, 4, 1, 4, 4, 3]
    for counted in map(core_counters, cores):
        assert counted["trials"] == trials and counted["packets_received"] > 0
        assert not any(counted[name] for name in COUNTERS if name.startswith(("saturated", "packets_l", "events_")))

    weights = wiring.projections[0].get("weight", format="array")
    sim.reset()
    np.testing.assert_array_equal(wiring.projections[0].get("weight", format="array"), weights)


@pytest.mark.slow
def test_synapses_that_are_left_out_or_static(emulated):
    """Absent synapses stay absent, static ones keep their weights; the others learn as if all were there."""
    sim = emulated
    shown = samples(1, 5)
    targets = np.array([[15.0, 3.0, 3.0]])
    rng = np.random.default_rng(4)
    present = rng.random((12, 3)) < 0.6
    weights = np.where(present, rng.uniform(0.2, 1.0, (12, 3)), 0.0)
    cell = {**CELL, "v_thresh": -69.0}
    described = FeedForward([12, 3], output=cell, delay=1.0)
    described.weights = [weights.astype(np.float32)]
    specification = FixedPointNetwork(described, timestep=1.0)
    specification.train(shown, 0, targets[0], LearningParameters(1e-4), 0)

    sim.setup(timestep=1.0, board="emulated")
    times = shown.spike_times(40.0)
    stimuli = [sim.Population(12, sim.SpikeSourceArray(spike_times=times), label=name) for name in ("a", "b")]
    learning, fixed = (
        sim.Population(3, sim.LIF_SFDFA(targets=[[t] for t in targets[0]], **cell), label=f"to {stimulus.label}")
        for stimulus in stimuli
    )
    pairs = [(i, j, float(described.weights[0][i, j])) for i, j in zip(*np.nonzero(present), strict=True)]
    connector = sim.FromListConnector(pairs, column_names=["weight"])
    plastic = sim.Projection(stimuli[0], learning, connector, sim.SFDFASynapse(delay=1.0, learning_rate=1e-4))
    static = sim.Projection(stimuli[1], fixed, sim.AllToAllConnector(), sim.StaticSynapse(weight=-0.25, delay=2.0))
    sim.run(40.0)

    learned = plastic.get("weight", format="array")
    assert (np.isnan(learned) == ~present).all() and len(plastic) == present.sum()
    np.testing.assert_array_equal(plastic.words[present], specification.weights[0][present])
    assert not plastic.words[~present].any()
    assert (plastic.words != plastic._given_words).any()
    assert (static.get("weight", format="array") == -0.25).all() and static.get("delay", format="array")[0, 0] == 2.0
