"""Layers of many sites against dense layers with the same synapses."""

from __future__ import annotations

import numpy as np
import pytest
from laid_out import gathered, laid_out
from small_nets import random_trains

from pynn_sfdfa import Input, Network
from pynn_sfdfa.event.batch.engine import BatchEngine
from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling
from pynn_sfdfa.rules import BP, DFA, HM2BP, SFDFA
from pynn_sfdfa.training.optimizers import SGD, Adam
from pynn_sfdfa.training.passes import trials_at_once

LIF = LIF_SFDFA(tau_m=260.0, tau_syn=130.0, cm=10.0, v_rest=-65.0, v_thresh=-65.0 + 0.3 * 26.0, trial_duration=200.0)
STOCK = IF_curr_exp(tau_m=64.0, tau_syn=8.0, cm=8.0, v_rest=-70.0, v_thresh=-69.2, tau_refrac=2.0, trial_duration=200.0)
N_SAMPLES = 12


def made(cell, weights, conv=Convolution, gradient="exact", spiking=False):
    """A network with all kinds of layers: edges, strides, sums within a layer, spiking pooling, one site."""
    pooling = Pooling(2, weight=0.9, cell=cell) if spiking else Pooling(2)
    layers = [Input((2, 9, 7)), conv(5, (3, 2), stride=(2, 1), padding=(0, 1), cell=cell), pooling,
              conv(6, 2, cell=cell), Dense(7, cell=cell), Dense(3, cell=cell)]  # fmt: skip
    return Network(layers, gradient=gradient, delay=1.0, max_spikes=20, weights=weights, seed=3)


def trains(grid=None):
    return random_trains(np.random.default_rng(1), N_SAMPLES, 126, spikes=(60, 120), n_classes=3, grid=grid)


CASES = [
    (BP(), LIF, (-0.4, 1.2), "exact", None),
    (BP(), STOCK, (-0.5, 1.0), "bounded", 4.0),
    (SFDFA(feedback_learning_rate=0.5), LIF, (-0.4, 1.2), "bounded", None),
    (SFDFA(feedback_learning_rate=0.5, timed=True), LIF, (-0.4, 1.2), "exact", None),
    (DFA(), LIF, (-0.4, 1.2), "exact", 4.0),
    (HM2BP(), STOCK, (-0.5, 1.0), "exact", 4.0),
    (HM2BP(), LIF, (-0.4, 1.2), "exact", None),
]


@pytest.mark.parametrize("spiking", [False, True], ids=["sum", "spiking pooling"])
@pytest.mark.parametrize("conv", [Convolution, Local])
@pytest.mark.parametrize(("rule", "cell", "weights", "gradient", "grid"), CASES, ids=lambda value: str(value)[:12])
def test_sites_do_what_the_dense_network_with_the_same_weights_does(rule, cell, weights, gradient, grid, conv, spiking):
    network, shown = made(cell, weights, conv, gradient, spiking), trains(grid)
    engines = [
        BatchEngine(one, rule, SGD(1e-3), batch_size=5, seed=4, threads=2) for one in (network, laid_out(network)[0])
    ]
    for engine in engines:
        for k, feedback in enumerate(engine._feedback):
            feedback[...] = np.random.default_rng(k).normal(size=feedback.shape)
    sites, dense = (engine.respond(shown) for engine in engines)
    assert sites.counts.sum() > N_SAMPLES
    np.testing.assert_array_equal(sites.counts, dense.counts)
    assert sites.spikes == dense.spikes
    apart = []
    for k in range(N_SAMPLES):  # a spike that grazes the threshold shows float32 rounding, in the sample that has it
        one = shown.select([k])
        found, laid = engines[0].gradient(one), engines[1].gradient(one)
        wanted = [gathered(layer, own) for layer, own in zip(network.layers, laid, strict=True)]
        scales = [abs(other).max() for other in wanted]
        assert max(scales) > 0
        learned = [layer.connectivity.learns for layer in network.layers]
        apart.append([
            abs(own - other).max() / scale
            for own, other, scale, learns in zip(found, wanted, scales, learned, strict=True) if learns and scale
        ])  # fmt: skip
    apart = np.sort([max(each) for each in apart])
    assert apart[N_SAMPLES // 4] < 1e-5
    assert apart[-3] < 5e-4


@pytest.mark.parametrize("channels", [20, 40, 60, 70])
def test_rows_of_all_lengths_are_taken_alike(channels):
    """Up to 64 lanes are kept in registers, by code for each number of them; one event at a time, and several."""
    for cell, weights, grid in ((LIF, (-0.4, 0.8), None), (STOCK, (-0.5, 1.0), 4.0)):
        layers = [Input((2, 9, 7)), Convolution(channels, (3, 2), stride=(2, 1), cell=cell), Dense(3, cell=cell)]
        network = Network(layers, delay=1.0, max_spikes=20, weights=weights, seed=3)
        shown = trains(grid).select(range(3))
        sites, dense = (BatchEngine(one).respond(shown) for one in (network, laid_out(network)[0]))
        assert sites.counts.sum() > 0
        assert sites.spikes[0] > channels
        np.testing.assert_array_equal(sites.counts, dense.counts)
        assert sites.spikes == dense.spikes


@pytest.mark.parametrize("rule", [BP(), SFDFA(feedback_learning_rate=0.5, timed=True), HM2BP()], ids=str)
def test_weights_do_not_depend_on_threads_or_on_how_much_space_there_was_at_first(rule):
    cell, weights = (STOCK, (-0.5, 1.0)) if isinstance(rule, HM2BP) else (LIF, (-0.4, 1.2))
    found = []
    for threads, roomy in ((1, False), (2, False), (3, True)):
        network = made(cell, weights)
        engine = BatchEngine(network, rule, Adam(0.01), batch_size=5, seed=4, threads=threads)
        if roomy:
            space = engine._layers.workspace(trains(), 5)
            space.rooms = list(space._most)
            space._allocate()
        before = engine.state()
        for _ in engine.train(trains(), np.arange(N_SAMPLES), 0):
            pass
        found.append(engine.state())
    for name in (name for name in before if name.startswith("weights.")):
        assert (found[0][name] != before[name]).any()
    for other in found[1:]:
        assert found[0].keys() == other.keys()
        for name in found[0]:
            np.testing.assert_array_equal(found[0][name], other[name], err_msg=name)


def test_perturbations_are_those_of_the_same_neurons_in_a_dense_layer():
    network = made(LIF, (-0.4, 1.2))
    found = []
    for one in (network, laid_out(network)[0]):
        engine = BatchEngine(one, SFDFA(feedback_learning_rate=0.5), SGD(1e-12), batch_size=N_SAMPLES, seed=4)
        for _ in engine.train(trains(), np.arange(N_SAMPLES), 0):
            pass
        found.append(engine.feedback())
    for own, other in zip(*found, strict=True):
        assert abs(other).max() > 0
        np.testing.assert_allclose(own, other, rtol=1e-4, atol=1e-5 * abs(other).max())


def test_space_for_spikes_grows_with_what_occurs():
    network = made(LIF, (0.2, 0.8))
    engine = BatchEngine(network, batch_size=4)
    workspace = engine._layers.workspace(trains(), trials_at_once(4, many_sites=True))
    before = workspace.bytes_per_sample
    engine.respond(trains())
    assert workspace.bytes_per_sample > before
    assert all(room.spikes <= most.spikes for room, most in zip(workspace.rooms, workspace._most, strict=True))


def test_fixed_weights_stay_and_a_state_is_restored():
    network = made(LIF, (-0.4, 1.2), spiking=True)
    engine = BatchEngine(network, BP(), Adam(0.01), batch_size=5, seed=4)
    before = engine.weights()
    for _ in engine.train(trains(), np.arange(N_SAMPLES), 0):
        pass
    changed = [not np.array_equal(old, new) for old, new in zip(before, engine.weights(), strict=True)]
    assert changed == [True, False, True, True, True]
    state = engine.state()
    other = BatchEngine(made(LIF, (-0.1, 0.3), spiking=True), BP(), Adam(0.01), batch_size=5, seed=4)
    other.load_state(state)
    for name, values in other.state().items():
        np.testing.assert_array_equal(values, state[name])


def test_an_output_layer_with_positions_is_refused():
    network = Network([Input((1, 4, 4)), Convolution(3, 2, cell=LIF)])
    with pytest.raises(ValueError, match=r"shape \(3, 3, 3\).*Put Dense\(classes\) above"):
        BatchEngine(network)
