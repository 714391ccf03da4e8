"""Exact backpropagation through spike times, against finite differences of a float64 simulation."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import neuron_of
from reference import run_layer
from small_nets import network, random_trains, same_on_threads

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, SFDFA, SGD, SpikeCount

ETA = 1e3  # so large that the change dwarfs the weights, and their rounding does not matter


def respond(net, weights, trains, below=()):
    """Return the response of every layer to the only sample, in float64; those of the first ones may be known."""
    responses = list(below)
    times, units = responses[-1].volley()[:2] if responses else trains.sample(0)
    for layer in range(len(responses), len(weights)):
        responses.append(run_layer(neuron_of(net, layer), weights[layer], times, units, delay=net.delay))
        times, units, _ = responses[-1].volley()
    return responses


def weighted_times(response, error):
    """Return sum_o e_o sum_k t_k, whose derivative backpropagation computes."""
    return sum(e * sum(times) for e, times in zip(error, response.times, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "seed"), [([12, 8, 3], 1), ([12, 8, 3], 4), ([12, 9, 7, 3], 0)])
def test_gradient_of_every_layer_is_the_derivative_of_the_spike_times(sizes, seed):
    net = network(sizes, c=0.15, gradient="exact", weights=(-0.5, 1.0), delay=1.0, seed=seed, max_spikes=500)
    trains = random_trains(np.random.default_rng(seed), 1, sizes[0], spikes=(20, 30), n_classes=3)
    loss = SpikeCount(15.0, 3.0)
    weights = [w.astype(float) for w in net.weights]
    start = respond(net, weights, trains)
    counts = [response.counts for response in start]
    assert all(np.median(count) >= 7 for count in counts)  # neurons have several spikes
    error = loss.error(counts[-1][np.newaxis].astype(np.int32), trains.labels)[0].astype(float)
    engine = sim.training_engine(net, BP(), SGD(learning_rate=ETA), loss, 1, 0)
    list(engine.train(trains, np.arange(1), 0))
    rng = np.random.default_rng(seed)
    for layer, (before, after) in enumerate(zip(weights, engine.weights(), strict=True)):
        gradient = (before - after) / ETA
        scale = abs(gradient).max()
        checked = 0
        for j, i in rng.permutation([(j, i) for j in range(sizes[layer]) for i in range(sizes[layer + 1])])[:12]:
            sums = []
            for sign in (1, -1):
                moved = [w.copy() for w in weights]
                moved[layer][j, i] += sign * 1e-6
                responses = respond(net, moved, trains, start[:layer])
                if any((r.counts != c).any() for r, c in zip(responses, counts, strict=True)):
                    break  # a spike came or went: the derivative does not exist within this step
                sums.append(weighted_times(responses[-1], error))
            if len(sums) == 2:
                checked += 1
                assert gradient[j, i] == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=1e-5, abs=1e-5 * scale)
        assert checked >= 9


def test_with_one_layer_it_is_sfdfa():
    net = network([20, 6], c=0.3)
    trains = random_trains(np.random.default_rng(2), 12, 20, n_classes=3)
    results = []
    for rule in (BP(), SFDFA()):
        engine = sim.training_engine(net, rule, SGD(learning_rate=1e-5), SpikeCount(), 4, 0)
        list(engine.train(trains, np.arange(12), 0))
        results.append(engine.weights()[0])
    assert (results[0] != net.weights[0]).any()
    np.testing.assert_array_equal(*results)


def test_same_bits_on_any_number_of_threads():
    net = network([20, 30, 17, 4], c=0.2, weights=(-0.5, 1.0))
    trains = random_trains(np.random.default_rng(3), 24, 20, n_classes=4)

    def trained(threads):
        rule = BP(rho=0.1, r_target=1.0)
        engine = sim.training_engine(net, rule, SGD(learning_rate=1e-5), SpikeCount(), 8, 0, threads)
        list(engine.train(trains, np.arange(24), 0))
        return engine.weights()

    assert all((w != start).any() for w, start in zip(same_on_threads(trained), net.weights, strict=True))
