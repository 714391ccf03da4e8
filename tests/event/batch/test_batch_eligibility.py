"""Eligibilities of the batch path, read off as weight changes, against the float64 reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels import EPS, decided, expected, neuron_of
from reference import Neuron, replay, run_layer
from small_nets import Ones, network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import SGD, SpikeCount, SpikeTrains

DETERMINISTIC = settings(deadline=None, derandomize=True, max_examples=25)
ETA = 1e3  # so large that the change dwarfs the weights, and their rounding does not matter


def eligibilities(net, trains):
    """Return the mean eligibility over the samples, one array (n_pre, n_post) per layer."""
    engine = sim.training_engine(net, Ones(), SGD(learning_rate=ETA), SpikeCount(), len(trains), 0)
    list(engine.train(trains, np.arange(len(trains)), 0))
    return [(before.astype(float) - after) / ETA for before, after in zip(net.weights, engine.weights(), strict=True)]


def tolerance(response, neuron):
    """Rounding of the spike time over the slope there; in the exact form f itself has the slope below it, too."""
    worst = np.array([min(rises, default=1.0) for rises in response.rises])
    return 256 * EPS * abs(response.forward).max(axis=0) / worst ** (2 if neuron.exact else 1) + EPS


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@DETERMINISTIC
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([1, 9, 32]),
    ratio=st.sampled_from([2.0, 1.3, 5.0]),
    tau_syn=st.sampled_from([130.0, 20.0]),
    delay=st.sampled_from([0.0, 3.5]),
    grid=st.sampled_from([None, 5.0]),
)
def test_random_layers(gradient, seed, n, ratio, tau_syn, delay, grid):
    rng = np.random.default_rng(seed)
    net = network(
        [9, n], c=0.3, tau_m=ratio * tau_syn, tau_syn=tau_syn, delay=delay, gradient=gradient, weights=(-0.8, 1.0),
        seed=seed,
    )  # fmt: skip
    trains = random_trains(rng, 1, 9, last=190.0, grid=grid, n_classes=1)
    (E,), response, neuron = eligibilities(net, trains), expected(net, trains, 0), neuron_of(net)
    sure = decided(response)
    reverse = replay(neuron, response, *trains.sample(0), 9, delay)
    np.testing.assert_allclose(reverse, response.forward, rtol=1e-9, atol=1e-11 * abs(reverse).max())
    assert (abs(E - response.forward) <= tolerance(response, neuron))[:, sure].all()
    assert (E[:, response.counts == 0] == 0).all()


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@pytest.mark.parametrize(("sizes", "options"), [
    ([40, 230], {}),
    ([20, 30], {"tau_m": 20.0, "tau_syn": 10.0, "duration": 300.0}),
    ([30, 40], {"max_spikes": 4}),
])  # fmt: skip
def test_blocks_long_trials_and_the_cap(gradient, sizes, options):
    net = network(sizes, c=0.1, gradient=gradient, **options)
    trains = random_trains(np.random.default_rng(8), 1, sizes[0], last=0.8 * net.trial_duration, n_classes=1)
    (E,), response = eligibilities(net, trains), expected(net, trains, 0)
    assert response.counts.sum() > 50
    assert response.counts.max() <= net.max_spikes
    sure = decided(response)
    assert sure.sum() >= sizes[1] - 2
    assert (abs(E - response.forward) <= tolerance(response, neuron_of(net)))[:, sure].all()


def test_a_batch_takes_the_mean_over_its_samples():
    net = network([20, 13], c=0.2)
    trains = random_trains(np.random.default_rng(6), 5, 20)
    mean = np.mean([eligibilities(net, trains.select([k]))[0] for k in range(5)], axis=0)
    (together,) = eligibilities(net, trains)
    np.testing.assert_allclose(together, mean, rtol=1e-5, atol=1e-6 * abs(mean).max())


def test_samples_without_spikes_add_nothing():
    net = network([4, 5], c=0.1, weights=(0.3, 0.9))
    trains = SpikeTrains.from_samples([([], []), ([1.0, 2.0, 3.0], [0, 1, 2]), ([250.0], [3])], np.zeros(3, int), 4)
    (E,) = eligibilities(net, trains)
    (alone,) = eligibilities(net, trains.select([1]))
    assert abs(alone).max() > 0
    np.testing.assert_allclose(E, alone / 3, rtol=1e-5, atol=1e-6 * abs(alone).max())
    assert not E[3].any()


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
def test_a_second_layer_sees_the_spikes_of_the_first(gradient):
    net = network([20, 11, 6], c=0.3, delay=2.0, gradient=gradient, weights=(-0.4, 0.8), seed=3)
    trains = random_trains(np.random.default_rng(7), 1, 20)
    hidden = expected(net, trains, 0)
    times, units, _ = hidden.volley()
    output = run_layer(neuron_of(net, 1), net.weights[1].astype(float), times, units, delay=2.0)
    assert hidden.counts.sum() > 20
    assert (output.counts > 0).sum() > 2
    assert decided(hidden).all() and decided(output).all()
    for E, response in zip(eligibilities(net, trains), (hidden, output), strict=True):
        assert (abs(E - response.forward) <= 8 * tolerance(response, neuron_of(net))).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ratio", [2.0, 1.4])
def test_the_exact_form_is_the_derivative_of_the_summed_spike_times(seed, ratio):
    rng = np.random.default_rng(seed)
    neuron = Neuron(130.0 * ratio, 130.0, 0.15, 200.0, exact=True)
    weights = rng.uniform(-0.5, 1.0, (12, 6))
    times, units = np.sort(rng.uniform(0, 100, 25)), rng.integers(0, 12, 25)
    response = run_layer(neuron, weights, times, units)
    assert (response.counts > 1).sum() >= 3
    reverse = replay(neuron, response, times, units, 12)
    np.testing.assert_allclose(reverse, response.forward, rtol=1e-11, atol=1e-12 * abs(reverse).max())
    for j in range(12):
        sums = []
        for sign in (1, -1):  # neurons of one layer do not touch each other: move the weights to all of them at once
            moved = weights.copy()
            moved[j] += sign * 1e-6
            others = run_layer(neuron, moved, times, units)
            assert (others.counts == response.counts).all()
            sums.append(np.array([sum(train) for train in others.times]))
        slope = (sums[0] - sums[1]) / 2e-6
        np.testing.assert_allclose(response.forward[j], slope, rtol=1e-6, atol=1e-6 * abs(response.forward).max())
