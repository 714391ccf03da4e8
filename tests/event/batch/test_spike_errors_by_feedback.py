"""Errors of hidden spikes from the output spikes that follow them: exact backpropagation, and a float64 reference."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import decided, neuron_of
from reference import replay, run_layer
from small_nets import network, random_trains, same_on_threads

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, SFDFA, SGD, Dense, Input, Network, SpikeCount, SpikeTrains
from pynn_sfdfa.network.cells import IF_curr_exp
from pynn_sfdfa.training.gradients import GradientAlignment

ETA = 1e3  # so large that the change dwarfs the weights, and their rounding does not matter
TIMED = SFDFA(rho=0.0, timed=True)


def gradients(net, trains, rule, feedback, threads=1):
    """Return the gradients of all layers, the mean over the trials."""
    engine = sim.training_engine(net, rule, SGD(learning_rate=ETA), SpikeCount(), len(trains), 0, threads)
    given = {f"feedback.{layer}": weights for layer, weights in enumerate(feedback)}
    engine.load_state(engine.state() | given)
    list(engine.train(trains, np.arange(len(trains)), 0))
    return [(w.astype(float) - after) / ETA for w, after in zip(net.weights, engine.weights(), strict=True)]


@pytest.mark.parametrize("delay", [0.0, 7.0])
@pytest.mark.parametrize(("tau_syn", "gradient"), [(130.0, "bounded"), (130.0, "exact"), (90.0, "bounded")])
def test_with_forward_weights_as_feedback_it_is_exact_backpropagation(tau_syn, gradient, delay):
    net = network([20, 15, 4], c=0.2, tau_syn=tau_syn, gradient=gradient, delay=delay, weights=(-0.4, 0.8), seed=3)
    trains = random_trains(np.random.default_rng(1), 5, 20, n_classes=4)
    timed = gradients(net, trains, TIMED, [np.ascontiguousarray(net.weights[1].T)])
    exact = gradients(net, trains, BP(), [np.zeros((4, 15), np.float32)])
    for mine, true in zip(timed, exact, strict=True):
        assert abs(true).max() > 0
        np.testing.assert_allclose(mine, true, rtol=2e-4, atol=2e-5 * abs(true).max())


@pytest.mark.parametrize("tau_refrac", [0.0, 2.0, 30.0])
def test_it_is_for_stock_cells_too(tau_refrac):
    cell = IF_curr_exp(tau_m=64.0, tau_syn=8.0, cm=8.0, v_rest=-65.0, v_thresh=-63.0, v_reset=-66.0,
                       tau_refrac=tau_refrac, trial_duration=200.0)  # fmt: skip
    net = Network([Input((20,)), Dense(15, cell=cell), Dense(4, cell=cell)], gradient="exact", delay=1.0,
                  weights=(-0.5, 1.5), seed=3)  # fmt: skip
    trains = random_trains(np.random.default_rng(1), 5, 20, n_classes=4)
    timed = gradients(net, trains, TIMED, [np.ascontiguousarray(net.weights[1].T)])
    exact = gradients(net, trains, BP(), [np.zeros((4, 15), np.float32)])
    for mine, true in zip(timed, exact, strict=True):
        assert abs(true).max() > 0
        np.testing.assert_allclose(mine, true, rtol=2e-4, atol=2e-4 * abs(true).max())


def kernel_sum(output, errors, neuron, feedback, arrival):
    """The error of a hidden spike: every output spike that follows it, by how far it moves with the arrival."""
    total = 0.0
    for o, (spikes, currents) in enumerate(zip(output.times, output.currents, strict=True)):
        gammas = np.zeros(len(spikes))
        for k in range(len(spikes) - 1, -1, -1):
            later = sum(gammas[m] * np.exp((spikes[k] - spikes[m]) / neuron.tau_m) for m in range(k + 1, len(spikes)))
            gammas[k] = neuron.factor(currents[k]) * (errors[o] + neuron.c / neuron.tau_m * later)
            if spikes[k] >= arrival:
                age = spikes[k] - arrival
                slope = np.exp(-age / neuron.tau_syn) / neuron.tau_syn - np.exp(-age / neuron.tau_m) / neuron.tau_m
                total += feedback[o] * gammas[k] * slope
    return total


@pytest.mark.slow
def test_layers_below_are_treated_as_if_their_spikes_arrived_at_the_output():
    net = network([20, 12, 10, 4], c=0.2, delay=3.0, weights=(-0.4, 0.8), seed=5)
    trains = random_trains(np.random.default_rng(2), 1, 20, n_classes=4)
    times, units = trains.sample(0)
    responses, given = [], []
    for layer, weights in enumerate(net.weights):
        given.append((times, units))
        responses.append(run_layer(neuron_of(net, layer), weights.astype(float), times, units, delay=net.delay))
        times, units, _ = responses[-1].volley()
    assert all(decided(response).all() for response in responses)  # else choose another seed
    errors = SpikeCount().error(responses[-1].counts[np.newaxis].astype(np.int32), trains.labels)[0].astype(float)
    feedback = [np.random.default_rng(9).normal(size=(4, n)).astype(np.float32) for n in (12, 10)]
    found = gradients(net, trains, TIMED, feedback)
    for layer, hops in ((0, 2), (1, 1)):
        expected = np.zeros(net.weights[layer].shape)
        for i in range(expected.shape[1]):

            def delta(t, i=i, layer=layer, hops=hops):
                arrival = t + hops * net.delay
                if arrival > 200.0:
                    return 0.0
                return kernel_sum(responses[-1], errors, neuron_of(net, 2), feedback[layer][:, i], arrival)

            of_all = replay(neuron_of(net, layer), responses[layer], *given[layer], len(expected), net.delay, delta)
            expected[:, i] = of_all[:, i]
        assert abs(expected).max() > 0
        np.testing.assert_allclose(found[layer], expected, rtol=1e-3, atol=1e-3 * abs(expected).max())


def test_published_errors_lose_what_timed_ones_keep():
    """In a network that exact backpropagation has trained, with ideal feedback, so that nothing else is in the way."""
    net = network([30, 40, 8], c=0.3, weights=(-0.4, 0.6), seed=1, max_spikes=200)
    trains = random_trains(np.random.default_rng(0), 60, 30, n_classes=8)
    engine = sim.training_engine(net, BP(), SGD(learning_rate=2e-5), SpikeCount(), 20, 0)
    for epoch in range(100):
        list(engine.train(trains, np.arange(60), 60 * epoch))
    weights = engine.weights()
    feedback = [np.ascontiguousarray(weights[1].T)]
    published, timed = (
        GradientAlignment(net, rule, SpikeCount(), trains).measure(weights, feedback)["gradient_cosine_1"]
        for rule in (SFDFA(), TIMED)
    )
    assert published < 0.95
    assert timed == pytest.approx(1.0, abs=1e-5)  # float32


def test_spikes_that_nothing_follows_and_trials_without_spikes_have_no_error():
    net = network([4, 5, 2], c=0.1, weights=(0.3, 0.9))
    net.weights[1][:] = -1.0  # the output never fires
    trains = SpikeTrains.from_samples([([], []), ([1.0, 2.0, 3.0], [0, 1, 2])], np.zeros(2, int), 4)
    first, second = gradients(net, trains, TIMED, [np.ones((2, 5), np.float32)])
    assert not first.any() and not second.any()


def test_same_bits_on_any_number_of_threads():
    net = network([20, 30, 17, 4], c=0.2, weights=(-0.5, 1.0))
    trains = random_trains(np.random.default_rng(3), 24, 20, n_classes=4)
    feedback = [np.random.default_rng(n).normal(size=(4, n)).astype(np.float32) for n in (30, 17)]
    found = same_on_threads(lambda threads: gradients(net, trains, TIMED, feedback, threads))
    assert len(found) == 3 and all(gradient.any() for gradient in found)


def test_online_learning_takes_them():
    """In place, one trial at a time, the weights change as they do through a gradient."""
    net = network([20, 12, 3], c=0.3, weights=(-0.4, 0.8))
    trains = random_trains(np.random.default_rng(3), 1, 20, n_classes=3)
    rule = SFDFA(rho=0.3, r_target=2.0, timed=True)
    moved = []
    for rate in (1e-5, 2e-5):
        engine = sim.training_engine(net, rule, SGD(learning_rate=rate), SpikeCount(), 1, 0)
        list(engine.train(trains, np.arange(1), 0))
        moved.append(engine.weights()[0].astype(float) - net.weights[0])
    assert abs(moved[0]).max() > 0
    np.testing.assert_allclose(moved[1], 2 * moved[0], atol=1e-3 * abs(moved[0]).max() + 2e-7)
