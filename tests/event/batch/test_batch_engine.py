"""The batch engine: figures, state, batches of any size, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from small_nets import Ones, network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import DFA, SFDFA, SGD, Adam, SpikeCount
from pynn_sfdfa.rules import Combination
from pynn_sfdfa.rules.parts.direct import Direct


def engine(net, rule=None, optimizer=None, batch_size=4, seed=1, threads=None):
    return sim.training_engine(net, rule or SFDFA(), optimizer or Adam(), SpikeCount(), batch_size, seed, threads)


@pytest.fixture
def net():
    return network([20, 15, 3], c=0.2, seed=2)


@pytest.fixture
def trains():
    return random_trains(np.random.default_rng(1), 11, 20, n_classes=3)


def test_figures_of_a_batch_are_those_of_the_response_before_it(net, trains):
    response = engine(net).respond(trains)
    counts, totals = response.counts, response.spikes
    figures = list(engine(net, optimizer=SGD(learning_rate=1e-30)).train(trains, np.arange(11), 0))
    assert [f.samples for f in figures] == [11]  # small batches are reported together
    loss = SpikeCount()
    assert sum(f.loss for f in figures) == pytest.approx(loss.loss(loss.error(counts, trains.labels)))
    assert sum(f.correct for f in figures) == (counts.argmax(axis=1) == trains.labels).sum()
    for layer in range(2):
        assert sum(f.spikes[layer].sum() for f in figures) == totals[layer] > 0
    np.testing.assert_array_equal(sum(f.spikes[1] for f in figures), counts.sum(axis=0))
    np.testing.assert_array_equal(engine(net).weights()[0], net.weights[0])


def test_capped_counts_neurons_and_samples_at_the_cap(trains):
    net = network([20, 15, 3], c=0.02, seed=2, max_spikes=3)
    figures = list(engine(net).train(trains, np.arange(4), 0))
    counts = engine(net).respond(trains.select([0, 1, 2, 3])).counts
    assert figures[0].capped[1] == (counts == 3).sum() > 0


def test_learning_the_same_batch_in_another_order_changes_rounding_only(net, trains):
    results = []
    for order in (np.arange(11), np.arange(11)[::-1]):
        one = engine(net, rule=DFA(), optimizer=SGD(learning_rate=1e-4), batch_size=11)
        list(one.train(trains, order.copy(), 0))
        results.append(one.weights()[0])
    assert abs(results[0] - net.weights[0]).max() > 1e-3
    np.testing.assert_allclose(results[0], results[1], atol=1e-5)


def test_the_response_does_not_depend_on_the_batch_size(net, trains):
    small, large = (engine(net, batch_size=size).respond(trains) for size in (1, 64))
    np.testing.assert_array_equal(small.counts, large.counts)
    assert small.spikes == large.spikes


def test_in_place_descent_equals_the_buffered_one(net, trains):
    @dataclass(frozen=True)
    class Buffered(SGD):
        in_place = False

    results = []
    for optimizer in (SGD(learning_rate=1e-4), Buffered(learning_rate=1e-4)):
        one = engine(net, optimizer=optimizer)
        list(one.train(trains, np.arange(11), 0))
        results.append(one.weights())
    for got, wanted, start in zip(*results, net.weights, strict=True):
        assert abs(wanted - start).max() > 1e-3
        np.testing.assert_allclose(got, wanted, atol=1e-5 * abs(wanted - start).max() + 1e-7)


def test_a_layer_without_an_error_in_a_batch_keeps_its_weights_in_it(net, trains):
    class HiddenOnce(Direct):
        def assign(self, trials, feedback, regularisation):
            trials.neuron_errors(1, trials.output_error)
            if not hidden_has_learned:
                hidden_has_learned.append(True)
                trials.neuron_errors(0, np.ones(trials.counts(0).shape, np.float32))

    hidden_has_learned = []
    one = engine(net, Combination(HiddenOnce()), SGD(learning_rate=1e-4))
    after = []
    for batch in (np.arange(4), np.arange(4, 8)):
        list(one.train(trains, batch, batch[0]))
        after.append(one.weights())
    assert (after[0][0] != net.weights[0]).any()
    np.testing.assert_array_equal(after[1][0], after[0][0])
    assert (after[1][1] != after[0][1]).any()


@pytest.mark.parametrize("sizes", [[20, 3], [20, 8, 3], [20, 9, 7, 8, 3]])
@pytest.mark.parametrize("rule", [SFDFA(rho=0.3, r_target=2.0), DFA(), Ones()])
def test_any_depth_learns_in_every_layer(sizes, rule, trains):
    net = network(sizes, c=0.1, weights=(-0.2, 1.0))
    one = engine(net, rule, SGD(learning_rate=1e-5))
    list(one.train(trains, np.arange(11), 0))
    for before, after in zip(net.weights, one.weights(), strict=True):
        assert abs(after - before).max() > 0
    assert [f.shape for f in one.feedback()] == [(3, n) for n in sizes[1:-1]]


def test_state_restores_everything(net, trains):
    whole, first = engine(net), engine(net)
    list(whole.train(trains, np.arange(11), 0))
    list(first.train(trains, np.arange(8), 0))
    second = engine(network([20, 15, 3], c=0.2, seed=99))
    second.load_state(first.state())
    list(second.train(trains, np.arange(8, 11), 8))
    for name, array in whole.state().items():
        np.testing.assert_array_equal(second.state()[name], array)
    assert {"optimizer.step", "optimizer.mean.1", "optimizer.square.0", "weights.1", "feedback.0"} <= set(whole.state())


def test_state_is_a_copy(net):
    one = engine(net)
    for array in one.state().values():
        array[...] = 7
    np.testing.assert_array_equal(one.weights()[0], net.weights[0])


def test_a_state_that_does_not_fit_changes_nothing(net):
    one = engine(net)
    other = engine(network([20, 15, 4], c=0.2)).state()
    other["weights.0"] = other["weights.0"] + 1
    with pytest.raises(ValueError, match=r"weights.1 is float32 \(15, 4\); this network needs float32 \(15, 3\)"):
        one.load_state(other)
    incomplete = {name: array for name, array in one.state().items() if name != "feedback.0"}
    incomplete["weights.0"] = incomplete["weights.0"] + 1
    with pytest.raises(ValueError, match="There is no feedback.0, only"):
        one.load_state(incomplete)
    np.testing.assert_array_equal(one.weights()[0], net.weights[0])


def test_a_state_of_another_optimizer_is_refused(net):
    with pytest.raises(ValueError, match="There is no optimizer.mean.0"):
        engine(net).load_state(engine(net, optimizer=SGD()).state())
    with pytest.raises(ValueError, match="The state has optimizer.mean.0, which this training does not have"):
        engine(net, optimizer=SGD()).load_state(engine(net).state())


def test_samples_that_do_not_fit_the_network_are_refused(net, trains):
    one = engine(net)
    with pytest.raises(ValueError, match="The spike trains have 21 units, the network 20 inputs"):
        one.respond(random_trains(np.random.default_rng(1), 2, 21))
    many = random_trains(np.random.default_rng(1), 30, 20, n_classes=9)
    with pytest.raises(ValueError, match="Label 8 has no output neuron; the network has 3 outputs"):
        next(iter(one.train(many, np.arange(30), 0)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "batch_size = 0 is not valid; it must be"),
        ({"batch_size": 2.5}, "batch_size = 2.5 is not valid; it must be"),
        ({"threads": 0}, "threads = 0 is not valid; it must be"),
        ({"seed": -1}, "seed = -1 is not valid; it must be an integer from 0"),
        ({"seed": 2**63}, "seed = 9223372036854775808 is not valid"),
    ],
)
def test_settings_that_are_refused(net, settings, message):
    with pytest.raises(ValueError, match=message):
        engine(net, **settings)
