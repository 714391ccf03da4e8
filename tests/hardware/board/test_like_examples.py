"""Small networks that do what sPyNNaker's examples do, side by side on one emulated board, each with its numbers.

They are run for a while, changed, run on, reset and run once more.
"""

from __future__ import annotations

from types import SimpleNamespace

import exact
import networks
import numpy as np
import pytest

from pynn_sfdfa.hardware.board import emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

FIRST, SECOND = 150, 100
"""ms, before and after the change."""
CELL = networks.CELL | {"tau_refrac": 2.0, "i_offset": 0.0}
MILLIVOLTS = 0.01
N_CHAIN = 12
TIRED = {"tau_refrac": 20.0}
LAGS = np.array([-40.0, -20.0, -8.0, -3.0, 3.0, 8.0, 20.0, 40.0])
"""From a presynaptic spike to the postsynaptic one, ms."""
PAIR = {"tau_plus": 20.0, "tau_minus": 30.0, "A_plus": 0.5, "A_minus": 0.4}
FIRES_AT = 60.0
N_EXCITATORY, N_INHIBITORY, RATE = 40, 10, 60.0
VIEWED = range(3, 7)
"""Cells of it whose potential is recorded."""
BEFORE, AFTER = 0.45, 0.2
"""Currents of cells that are changed between two runs, nA."""
STARTS = (-65.0, -60.0, -72.0, -56.0)
LATER = [FIRST + 30.0, FIRST + 55.0]


def chain(sim, cell, weight):
    """Neurons that excite each other in a ring, one of which is kicked."""
    cells = sim.Population(N_CHAIN, cell)
    ring = sim.FromListConnector([(i, (i + 1) % N_CHAIN, weight, 3.0) for i in range(N_CHAIN)])
    kick = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    sim.Projection(cells, cells, ring, sim.StaticSynapse())
    sim.Projection(kick, cells, sim.FromListConnector([(0, 0, weight, 1.0)]), sim.StaticSynapse())
    cells.record("spikes")
    return cells


def curve(sim):
    """One plastic synapse for each lag, whose presynaptic neurons fire a second time at the end."""
    n = len(LAGS)
    pre = sim.Population(n, sim.SpikeSourceArray(spike_times=[[FIRES_AT + 1 - lag, FIRST - 5.0] for lag in LAGS]))
    post = sim.Population(n, sim.IF_curr_exp(**CELL | {"tau_refrac": 30.0}))
    kick = sim.Population(n, sim.SpikeSourceArray(spike_times=[[FIRES_AT - 1]] * n))
    sim.Projection(kick, post, sim.OneToOneConnector(), sim.StaticSynapse(weight=20.0, delay=1.0))
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(**PAIR),
        weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=1.0),
        weight=0.5,
        delay=1.0,
    )
    post.record("spikes")
    return sim.Projection(pre, post, sim.OneToOneConnector(), rule), post


def balanced(sim):
    """Excitatory and inhibitory cells with noise, at random connected to all; in parts on several cores."""
    net = SimpleNamespace()
    n = N_EXCITATORY + N_INHIBITORY
    net.noise = sim.Population(n, sim.SpikeSourcePoisson(rate=RATE), seed=2)
    net.cells = sim.Population(n, sim.IF_curr_exp(**CELL), seed=1, neurons_per_core=N_EXCITATORY // 2)
    sim.Projection(net.noise, net.cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=2.0, delay=1.0))
    random = sim.FixedProbabilityConnector(0.2)
    net.recurrent = [
        sim.Projection(
            net.cells[part], net.cells, random, sim.StaticSynapse(weight=weight, delay=2.0), receptor_type=receptor
        )
        for part, weight, receptor in (
            (slice(0, N_EXCITATORY), 0.125, "excitatory"),
            (slice(N_EXCITATORY, n), 0.5, "inhibitory"),
        )
    ]
    net.noise.record("spikes")
    net.cells.record("spikes")
    net.cells[VIEWED[0] : VIEWED[-1] + 1].record("v")
    return net


def competing(sim):
    """Two populations that inhibit each other, of which the second gets more current."""
    pair = [sim.Population(3, sim.IF_curr_exp(**CELL | {"i_offset": current})) for current in (0.7, 1.2)]
    for one, other in (pair, pair[::-1]):
        synapse = sim.StaticSynapse(weight=2.0, delay=1.0)
        sim.Projection(one, other, sim.AllToAllConnector(), synapse, receptor_type="inhibitory")
        one.record("spikes")
    return pair


def trains(population, segment=0):
    return [list(train.magnitude) for train in population.get_data("spikes").segments[segment].spiketrains]


def potentials(population, segment=0):
    return population.get_data("v").segments[segment].analogsignals[0].magnitude


@pytest.fixture(scope="module")
def seen():
    """What was recorded of all networks."""
    found = SimpleNamespace()
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        rings = {
            "current": chain(sim, sim.IF_curr_exp(**CELL | TIRED), 8.0),
            "conductance": chain(sim, sim.IF_cond_exp(**CELL | TIRED), 0.2),
        }
        plastic, plastic_cells = curve(sim)
        net = balanced(sim)
        pair = competing(sim)
        changed = sim.Population(2, sim.IF_curr_exp(**CELL | {"i_offset": BEFORE}))
        changed.record("v")
        settled = sim.Population(len(STARTS), sim.IF_curr_exp(**CELL))
        settled.initialize(v=list(STARTS))
        settled.record("v", sampling_interval=5.0)
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[20.0]))
        hit = sim.Population(1, sim.IF_curr_exp(**CELL))
        sim.Projection(source, hit, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=4.0))
        hit.record(["v", "gsyn_exc"])
        sim.run(FIRST)
        found.plastic = [row[2] for row in plastic.get("weight", format="list")], trains(plastic_cells)
        changed.set(i_offset=AFTER)
        source.set(spike_times=LATER)
        net.noise.set(rate=0.0)
        sim.run_until(FIRST + SECOND)
        found.time = sim.get_current_time()
        found.rings = {name: trains(ring) for name, ring in rings.items()}
        found.noise, found.spikes, found.v = trains(net.noise), trains(net.cells), potentials(net.cells)
        found.counts = net.cells.get_spike_counts(), net.cells.mean_spike_count()
        found.recurrent = [part.get(["weight", "delay"], format="list") for part in net.recurrent]
        found.pair = [trains(population) for population in pair]
        found.changed, found.settled, found.hit = potentials(changed), potentials(settled), potentials(hit)
        sim.reset()
        sim.run(FIRST)
        found.again = {name: trains(ring, segment=1) for name, ring in rings.items()}
        assert not board.faults and not board.machine.dropped
        sim.end()
    return found


def alone(current, start=CELL["v_rest"]):
    """Membrane potential at each tick below threshold, of a cell with a current (nA) in each tick."""
    v, leak, found = start, exact.decay(CELL["tau_m"], 1.0), []
    for held in current:
        found.append(v)
        final = CELL["v_rest"] + held * CELL["tau_m"] / CELL["cm"]
        v = final + (v - final) * leak
    return np.array(found)


@pytest.mark.parametrize(
    ("name", "weight", "reversal"), [("current", 8.0, {}), ("conductance", 0.2, {"e_rev_E": 0.0, "e_rev_I": -70.0})]
)
def test_a_ring_fires_round_and_round(seen, name, weight, reversal):
    """Each spike follows from the one before it, 3 ms of delay and some of charging later."""
    spikes = seen.rings[name]
    order = sorted((time, neuron) for neuron, train in enumerate(spikes) for time in train)
    assert [neuron for _, neuron in order] == [i % N_CHAIN for i in range(len(order))]
    assert len(order) > 3 * N_CHAIN
    arriving = np.zeros((FIRST + SECOND, 2, N_CHAIN))
    for time, neuron in [(-1.0, -1), *order]:
        if time + 3 < len(arriving):
            arriving[int(time + 3), 0, (neuron + 1) % N_CHAIN] += weight
    assert exact.lif(CELL | TIRED | reversal, arriving)[1] == spikes


def test_reset_begins_again(seen):
    for name, spikes in seen.rings.items():
        assert seen.again[name] == [[time for time in train if time < FIRST] for train in spikes]


def test_the_curve_of_plasticity(seen):
    """The pair of each lag, and that of the second presynaptic spike with the postsynaptic one."""
    weights, spikes = seen.plastic
    assert spikes == [[FIRES_AT]] * len(LAGS)
    pre = [[FIRES_AT + 1 - lag, FIRST - 5.0] for lag in LAGS]
    rule = PAIR | {"w_min": 0.0, "w_max": 1.0}
    expected = [exact.paired_weight(0.5, rule, sorted(times), spikes[0], 1.0) for times in pre]
    assert np.abs(np.array(weights) - expected).max() < 3 / 512
    assert np.ptp(expected) > 0.4


def test_a_balanced_network_follows_its_own_spikes(seen):
    """What the spikes of all, sent through the connections that are read back, do to each cell: these spikes.

    A few cells are left out that come so near to their threshold that the error of v decides.
    """
    n, ticks = N_EXCITATORY + N_INHIBITORY, FIRST + SECOND
    arriving = np.zeros((ticks, 2, n))
    for neuron, train in enumerate(seen.noise):
        for time in train:
            arriving[int(time) + 1, 0, neuron] += 2.0
    for kind, rows in enumerate(seen.recurrent):
        for pre, post, weight, delay in rows:
            for time in seen.spikes[int(pre)]:
                if time + delay < ticks:
                    arriving[int(time + delay), kind, int(post)] += weight
    v, spikes = exact.lif(CELL, arriving)
    assert sum(len(train) for train in spikes) > 100
    thresholds = (CELL["v_thresh"] - MILLIVOLTS, CELL["v_thresh"] + MILLIVOLTS)
    lower, higher = (exact.lif(CELL | {"v_thresh": threshold}, arriving)[1] for threshold in thresholds)
    sure = [cell for cell in range(n) if lower[cell] == higher[cell]]
    assert len(sure) > 0.9 * n
    assert [seen.spikes[cell] for cell in sure] == [spikes[cell] for cell in sure]
    recorded = [cell for cell in VIEWED if cell in sure]
    assert np.abs(seen.v[:, np.array(recorded) - VIEWED[0]] - v[:, recorded]).max() < MILLIVOLTS


def test_counts_are_those_of_the_spikes(seen):
    counts, mean = seen.counts
    assert list(counts.values()) == [len(train) for train in seen.spikes]
    assert mean == sum(counts.values()) / len(counts)


def test_noise_that_is_turned_off_is_off(seen):
    times = np.concatenate(seen.noise)
    assert times.max() < FIRST + 1
    expected = RATE / 1000 * FIRST * len(seen.noise)
    assert abs(times.size - expected) < 3.5 * np.sqrt(expected)


def test_the_stronger_of_two_wins(seen):
    """It fires as if it were alone, as the other one is silent."""
    weaker, stronger = seen.pair
    assert not any(weaker)
    ticks = FIRST + SECOND
    _, spikes = exact.lif(CELL | {"i_offset": 1.2}, np.zeros((ticks, 2, 3)))
    assert stronger == spikes
    assert len(spikes[0]) > 5


def test_a_parameter_changed_between_runs(seen):
    v = seen.changed
    expected = alone([BEFORE] * FIRST + [AFTER] * SECOND)
    assert v.shape == (FIRST + SECOND, 2)
    assert np.abs(v - expected[:, None]).max() < MILLIVOLTS
    assert expected.max() < CELL["v_thresh"]


def test_initial_values_sampled_every_5_ms(seen):
    expected = np.array([alone(np.zeros(FIRST + SECOND), start) for start in STARTS]).T
    assert np.abs(seen.settled - expected[::5]).max() < MILLIVOLTS


def test_spike_times_given_between_runs(seen):
    arriving = np.zeros((FIRST + SECOND, 2, 1))
    arriving[[int(time) + 4 for time in (20.0, *LATER)], 0] = 1.0
    assert np.abs(seen.hit - exact.lif(CELL, arriving)[0]).max() < MILLIVOLTS
    assert seen.time == FIRST + SECOND
