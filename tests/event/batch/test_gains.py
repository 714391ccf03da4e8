"""Gains of output neurons and errors that fade, against the float64 reference and against exact backpropagation."""

from __future__ import annotations

import numpy as np
import pytest
from kernels import decided, expected, neuron_of
from reference import replay
from small_nets import Ones, network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import SFDFA, SGD, SpikeCount, SpikeTrains
from pynn_sfdfa.gradients import GradientAlignment

ETA = 1e3  # so large that the change dwarfs the weights, and their rounding does not matter


class Fading(Ones):
    """The error 1 everywhere, fading; keeps the gains of the trials."""

    def backward(self, trials, feedback):
        super().backward(trials, feedback)
        type(self).gains = trials.gain(0)
        trials.fade(0)


def learn(net, trains):
    """Return the mean eligibility with errors that fade, and the gains, shape (trials, neurons)."""
    engine = sim.training_engine(net, Fading(), SGD(learning_rate=ETA), SpikeCount(), len(trains), 0)
    list(engine.train(trains, np.arange(len(trains)), 0))
    return (net.weights[0].astype(float) - engine.weights()[0]) / ETA, Fading.gains


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
def test_gains_and_fading_errors_are_those_of_the_reference(gradient):
    net = network([20, 30], c=0.3, gradient=gradient, delay=2.0, weights=(-0.4, 0.8), seed=2)
    trains = random_trains(np.random.default_rng(4), 1, 20, last=150.0, n_classes=2)
    response, neuron = expected(net, trains, 0), neuron_of(net)
    assert (response.counts > 1).sum() > 5
    sure = decided(response) & (np.array([min(rises, default=1.0) for rises in response.rises]) > 0.01)
    assert sure.sum() > 20
    E, gains = learn(net, trains)
    by_hand = replay(neuron, response, *trains.sample(0), 20, net.delay, lambda time: 1 - time / neuron.duration)
    np.testing.assert_allclose(E[:, sure], by_hand[:, sure], rtol=1e-3, atol=1e-4 * abs(by_hand).max())
    factors = [sum(neuron.factor(A) for A in currents) * neuron.c / neuron.tau_m for currents in response.currents]
    np.testing.assert_allclose(gains[0, sure], np.array(factors)[sure], rtol=1e-3)
    assert (gains[0, response.counts == 0] == 0).all()


def test_trials_without_spikes_have_no_gain():
    net = network([4, 5], c=0.1, weights=(0.3, 0.9))
    trains = SpikeTrains.from_samples([([], []), ([1.0, 2.0, 3.0], [0, 1, 2])], np.zeros(2, int), 4)
    E, gains = learn(net, trains)
    assert not gains[0].any() and gains[1].all()
    assert E.any()


def test_both_bring_the_gradient_nearer_to_the_exact_one():
    """With the forward weights as feedback, so that nothing else is in the way."""
    net = network([30, 40, 8], c=0.3, weights=(-0.4, 0.6), seed=1, max_spikes=200)
    trains = random_trains(np.random.default_rng(0), 60, 30, n_classes=8)
    feedback = [np.ascontiguousarray(net.weights[1].T)]
    cosines = {
        (gain, fading): GradientAlignment(net, SFDFA(output_gain=gain, fading=fading), SpikeCount(), trains).measure(
            net.weights, feedback
        )["gradient_cosine_1"]
        for gain in (False, True)
        for fading in (False, True)
    }
    assert cosines[False, False] < cosines[False, True] < cosines[True, True]
    assert cosines[False, False] < cosines[True, False] < cosines[True, True]
    assert cosines[True, True] > 0.9


def test_online_learning_takes_both():
    """In place, one trial at a time, the weights change as they do through a gradient."""
    net = network([20, 12, 3], c=0.3, weights=(-0.4, 0.8))
    trains = random_trains(np.random.default_rng(3), 1, 20, n_classes=3)
    rule = SFDFA(rho=0.3, r_target=2.0, output_gain=True, fading=True)
    moved = []
    for rate in (1e-5, 2e-5):
        engine = sim.training_engine(net, rule, SGD(learning_rate=rate), SpikeCount(), 1, 0)
        list(engine.train(trains, np.arange(1), 0))
        moved.append(engine.weights()[0].astype(float) - net.weights[0])
    assert abs(moved[0]).max() > 0
    np.testing.assert_allclose(moved[1], 2 * moved[0], atol=1e-3 * abs(moved[0]).max() + 2e-7)
