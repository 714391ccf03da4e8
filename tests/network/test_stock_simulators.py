"""Networks of stock cells on the simulators that have them: which spikes are the same, and why others are not."""

from __future__ import annotations

import importlib
from dataclasses import asdict, replace

import numpy as np
import pytest
from pyNN.errors import ConnectionError

import pynn_sfdfa.event as event
from pynn_sfdfa import LIF_SFDFA, Dense, IF_curr_exp, Input, Network, SpikeTrains
from pynn_sfdfa.training.evaluator import Evaluator

CELL = IF_curr_exp(tau_m=16.0, tau_syn=4.0, cm=4.0, v_rest=-65.0, v_thresh=-60.0, tau_refrac=2.0, trial_duration=80.0)
SETUP = {
    "pynn_sfdfa.event": {},
    "pynn_sfdfa.brian2": {"target": "numpy"},
    "pyNN.brian2": {},
    "pyNN.nest": {"spike_precision": "on_grid", "min_delay": 1.0},
}


def simulator(name):
    package = {"nest": "nest", "brian2": "brian2"}.get(name.rpartition(".")[2])
    if package is not None:
        pytest.importorskip(package, reason=f"run: pip install 'pynn-sfdfa[{package}]'")
    return importlib.import_module(name)


def network(cell=CELL, inhibition=0.0, **settings):
    output = Dense(4, cell=replace(cell, v_thresh=-62.0), inhibition=inhibition)
    return Network([Input((12,)), Dense(9, cell=cell), output], **{"delay": 1.0, "weights": (-1.5, 2.5)} | settings)


@pytest.fixture(scope="module")
def trains():
    """Three samples of spikes on a grid of 1 ms."""
    rng = np.random.default_rng(4)
    samples = [np.nonzero(rng.uniform(size=(60, 12)) < 0.15) for _ in range(3)]
    return SpikeTrains.from_samples([(times.astype(float), units) for times, units in samples], [0, 1, 2], 12)


def shown(name, net, trains, timestep, **setup):
    """Return counts and spike times of each layer on a simulator."""
    sim = simulator(name)
    sim.setup(timestep=timestep, **SETUP[name] | setup)
    wiring = net.wire(sim, trains, pause=200.0)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    counts = [wiring.counts(population) for population in wiring.populations]
    spikes = [population.get_data().segments[-1].spiketrains for population in wiring.populations]
    times = [[np.asarray(train.rescale("ms").magnitude) for train in layer] for layer in spikes]
    sim.end()
    return counts, times


def assert_same(one, other, **within):
    assert sum(train.size for layer in one for train in layer) > 60
    for a, b in zip(one, other, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x, y, **within)


def test_trials_in_a_row_with_pauses_are_the_trials_of_the_engine(trains):
    """A constant current, a reset below rest and a refractory period mean the same in both."""
    net = network(replace(CELL, i_offset=0.2, v_reset=-67.5))
    sim = event
    sim.setup()
    wiring = net.wire(sim, trains)
    for population in wiring.populations:
        population.record("spikes")
    sim.run(wiring.duration)
    expected = Evaluator(net).evaluate(trains).counts
    assert expected.sum() > 20
    np.testing.assert_array_equal(wiring.counts(wiring.populations[-1]), expected)


def test_cells_that_learn_take_pauses_into_their_trials(trains):
    learning = LIF_SFDFA(tau_m=16.0, tau_syn=4.0, cm=4.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=80.0)
    stock = IF_curr_exp(**asdict(learning), tau_refrac=0.0)
    hidden = Dense(9, cell=replace(CELL, tau_refrac=0.0))
    one, other = (
        Network([Input((12,)), hidden, Dense(4, cell=c)], delay=1.0, weights=(-1.5, 2.5)) for c in (learning, stock)
    )
    found, same = (shown("pynn_sfdfa.event", net, trains, 0.1)[0] for net in (one, other))
    assert found[1].sum() > 10
    for a, b in zip(found, same, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("timestep", [0.5, 1.0])
def test_nest_with_exact_times_is_the_exact_simulator(timestep, trains):
    net = network(replace(CELL, i_offset=0.2, v_reset=-67.5), inhibition=0.7)
    found = shown("pyNN.nest", net, trains, timestep, spike_precision="off_grid")
    exact = shown("pynn_sfdfa.event", net, trains, timestep)
    assert_same(exact[1], found[1], atol=1e-6)


@pytest.mark.parametrize("tau_refrac", [0.0, 2.0])
def test_nest_and_brian2_agree_spike_for_spike(tau_refrac, trains):
    """Brian2's refractory period begins where the step begins that ends with the reset, and is given a step more."""
    net = network(replace(CELL, tau_refrac=tau_refrac), inhibition=0.7)
    on_nest = shown("pyNN.nest", net, trains, 1.0)[1]
    assert_same(on_nest, shown("pynn_sfdfa.brian2", net, trains, 1.0)[1], atol=1e-6)


@pytest.mark.slow
def test_stock_brian2_made_in_bulk_is_ours(trains):
    import brian2

    ours = shown("pynn_sfdfa.brian2", network(inhibition=0.7), trains, 1.0)[1]
    brian2.prefs.codegen.target = "numpy"
    brian2.defaultclock.dt = 1.0 * brian2.ms  # of PyNN's spike sources
    assert_same(ours, shown("pyNN.brian2", network(inhibition=0.7), trains, 1.0)[1], atol=1e-6)


def test_counts_on_a_grid_come_close_to_the_exact_ones_as_its_step_shrinks(trains):
    (_, exact), *grids = (
        shown("pynn_sfdfa.event" if step is None else "pyNN.nest", network(), trains, step or 0.1)[0]
        for step in (None, 1.0, 0.1, 0.01)
    )
    far = [np.abs(counts[1] - exact).sum() for counts in grids]
    assert far[0] > far[1] > far[2]
    assert far[2] < 0.02 * exact.sum()


@pytest.mark.parametrize("name", ["pyNN.nest", "pynn_sfdfa.brian2"])
def test_a_delay_that_the_simulator_has_not_is_refused(name, trains):
    sim = simulator(name)
    sim.setup(timestep=0.5, **({"target": "numpy"} if name == "pynn_sfdfa.brian2" else {}))
    with pytest.raises(
        ConnectionError, match=f"delay of 0 ms is shorter than the least that {name} has, 0.5 ms. Give the"
    ):
        network(delay=0.0).wire(sim, trains)


def test_a_pause_that_is_none_is_refused(trains):
    event.setup()
    for pause in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"pause = .* ms is not valid; it must be >= 0"):
            network().wire(event, trains, pause=pause)


def test_inputs_between_steps_come_at_the_next_one_where_a_simulator_takes_no_others():
    between = SpikeTrains.from_samples([([10.01, 10.22, 12.3], [0, 1, 2])], [0], 12)
    nest = simulator("pyNN.nest")
    nest.setup(timestep=0.1, **SETUP["pyNN.nest"])
    wiring = network().wire(nest, between, pause=20.0)
    wiring.stimulus.record("spikes")
    nest.run(wiring.duration)
    trains = wiring.stimulus.get_data().segments[-1].spiketrains
    assert [np.round(train.magnitude, 6).tolist() for train in trains[:3]] == [[30.1], [30.3], [32.3]]


def test_static_weights_are_not_read_back_and_those_that_learn_are(trains):
    learning = LIF_SFDFA(tau_m=16.0, tau_syn=4.0, cm=4.0, v_rest=-65.0, v_thresh=-62.0, trial_duration=80.0)
    net = Network([Input((12,)), Dense(9, cell=CELL), Dense(4, cell=learning)], delay=1.0, weights=(-1.5, 2.5))
    before = [weights.copy() for weights in net.weights]
    event.setup()
    wiring = net.wire(event, trains)
    wiring.projections[1].set(weight=0.25)
    net.read(wiring)
    np.testing.assert_array_equal(net.weights[0], before[0])
    assert (net.weights[1] == 0.25).all()


def test_a_simulator_of_pynns_names_those_that_have_the_cell_that_learns(trains):
    sim = simulator("pyNN.nest")
    sim.setup(timestep=1.0)
    net = Network([Input((12,)), Dense(4)], delay=1.0)
    with pytest.raises(AttributeError, match=r"pyNN.nest has no LIF_SFDFA; pynn_sfdfa.event, .*in_stock_cells"):
        net.wire(sim, trains, pause=10.0)
