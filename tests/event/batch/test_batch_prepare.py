"""Before the first batch everything is compiled that the training calls, for one kind of arrays, whatever the depth."""

from __future__ import annotations

import sys
import time

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import Input, Network, Recurrent, SpikeCount
from pynn_sfdfa.network.cells import IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Pooling
from pynn_sfdfa.rules import BP, DFA, HM2BP, SFDFA
from pynn_sfdfa.training.optimizers import SGD, Adam

RULES = [SFDFA(rho=0.1), SFDFA(rho=0.1, timed=True), DFA(rho=0.1), BP(rho=0.1), HM2BP()]

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")


def compiled():
    """Return the kernels that are compiled, by name; each only for the types that it declares."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("pynn_sfdfa.")]
    values = [value for module in modules for value in vars(module).values()]
    functions = {value for value in values if isinstance(value, Dispatcher) and hasattr(value, "declared")}
    assert len(functions) > 10
    for function in functions:
        assert set(function.overloads) <= {function.declared}, function
    return {function.py_func.__qualname__ for function in functions if function.overloads}


def inhibited(sizes):
    """Return a network of stock cells with inhibition among the outputs."""
    cell = IF_curr_exp(tau_m=40.0, tau_syn=8.0, cm=1.0, v_thresh=-64.0, tau_refrac=2.0, trial_duration=200.0)
    layers = [
        Input((sizes[0],)),
        *(Dense(n, cell=cell) for n in sizes[1:-1]),
        Dense(sizes[-1], cell=cell, inhibition=0.1),
    ]
    return Network(layers, delay=1.0)


def trained(sizes, rule, optimizer, batch_size=3, n_samples=7, weights=(-0.2, 1.0)):
    """Train for a few batches, evaluate, and hold that nothing was compiled after `prepare`."""
    net = network(sizes, c=0.1, weights=weights)
    trains = random_trains(np.random.default_rng(1), n_samples, sizes[0], n_classes=sizes[-1])
    engine = sim.training_engine(net, rule, optimizer, SpikeCount(), batch_size, 1, 2)
    engine.prepare()
    before = compiled()
    list(engine.train(trains, np.arange(n_samples), 0))
    spikes = engine.respond(trains).spikes
    assert compiled() == before
    return net, engine, spikes


@pytest.mark.parametrize("optimizer", [Adam(), SGD(learning_rate=1e-5)])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("sizes", [[9, 3], [9, 8, 3], [9, 8, 7, 3]])
def test_nothing_is_compiled_after_preparing(sizes, rule, optimizer):
    trained(sizes, rule, optimizer)


@pytest.mark.parametrize("sizes", [[9, 3], [9, 8, 3]])
def test_nor_in_layers_with_inhibition(sizes):
    trains = random_trains(np.random.default_rng(1), 7, 9, n_classes=3)
    engine = sim.training_engine(inhibited(sizes), HM2BP(), Adam(), SpikeCount(), 3, 1, 2)
    engine.prepare()
    before = compiled()
    list(engine.train(trains, np.arange(7), 0))
    assert compiled() == before
    assert {"advance_inhibited", "lateral_effects"} <= before


@pytest.mark.parametrize("rule", [SFDFA(), BP()])
def test_nor_in_recurrent_layers(rule):
    trains = random_trains(np.random.default_rng(1), 7, 9, n_classes=3)
    net = Network([Input((9,)), Dense(5, recurrent=Recurrent(p_connect=0.5)), Dense(3)], max_spikes=9)
    engine = sim.training_engine(net, rule, Adam(), SpikeCount(), 3, 1, 2)
    engine.prepare()
    before = compiled()
    list(engine.train(trains, np.arange(7), 0))
    assert compiled() == before
    assert "advance_recurrent" in before


@pytest.mark.parametrize("layers", [[Convolution(2, 2)], [Convolution(2, 2), Pooling(2), Dense(4)]], ids=["1", "2"])
def test_nor_in_layers_of_sites(layers):
    trains = random_trains(np.random.default_rng(1), 7, 9, n_classes=3)
    net = Network([Input((1, 3, 3)), *layers, Dense(3)], max_spikes=9)
    engine = sim.training_engine(net, SFDFA(timed=True), Adam(), SpikeCount(), 3, 1, 2)
    engine.prepare()
    before = compiled()
    list(engine.train(trains, np.arange(7), 0))
    assert compiled() == before
    assert {"distribute_inputs", "distribute_spikes"} <= before


def test_nor_where_feedback_is_shared():
    trains = random_trains(np.random.default_rng(1), 7, 16, n_classes=3)
    net = Network([Input((1, 4, 4)), Convolution(2, 2, padding=1), Convolution(2, 3), Dense(3)], max_spikes=9)
    engine = sim.training_engine(net, SFDFA(feedback="layer-wise"), Adam(), SpikeCount(), 3, 1, 2)
    engine.prepare()
    before = compiled()
    list(engine.train(trains, np.arange(7), 0))
    assert compiled() == before
    assert {"estimate_shared", "project_shared"} <= before


@pytest.mark.parametrize("batch_size", [1, 4])
def test_batches_of_any_size_take_the_same_kernels(batch_size):
    trained([9, 230, 3], SFDFA(), Adam(), batch_size)


def test_what_a_rule_does_not_call_is_not_compiled():
    kernels = {
        "advance_layer",
        "arrive_spikes",
        "arrive_inputs",
        "accumulate_gradient",
        "add_up",
        "count_error",
        "sort_by_unit",
    }
    by_block = {"accumulate_block", "list_own_spikes"}
    timed = {"estimate", "spike_errors_by_feedback"}
    given = {
        "dfa": (DFA(), SGD(), kernels | by_block | {"project", "rate_error"}),
        "bp": (BP(), Adam(), kernels | by_block | {"adam", "spike_errors_through_weights", "rate_error"}),
        "hm2bp": (
            HM2BP(),
            SGD(),
            kernels | {"give_spikes", "neuron_errors_through_weights", "rate_error"},
        ),
        "timed": (SFDFA(timed=True), Adam(), kernels | by_block | timed | {"adam", "rate_error"}),
    }
    for rule, optimizer, wanted in given.values():
        named = []
        engine = sim.training_engine(network([9, 8, 3]), rule, optimizer, SpikeCount(), 3, 1, 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "pynn_sfdfa.event.batch.engine.compile_ahead",
                lambda kernels, threads, report, named=named: named.extend(k.py_func.__qualname__ for k in kernels),
            )
            engine.prepare()
        assert set(named) == wanted
        assert len(named) == len(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("depth", [20, 200])
@pytest.mark.parametrize("rule", RULES)
def test_a_deep_network_starts_like_a_shallow_one(rule, depth):
    """A kernel that took all layers at once was compiled for each depth: 36 s for 20 layers, and never for 200."""
    started = time.process_time()
    sizes = [9, *depth * [6], 3]
    net, engine, spikes = trained(sizes, rule, SGD(learning_rate=1.0), n_samples=3, weights=(20.0, 40.0))
    assert time.process_time() - started < 10
    assert len(spikes) == depth + 1
    assert min(spikes) > 0
    assert (engine.weights()[-1] != net.weights[-1]).any()
