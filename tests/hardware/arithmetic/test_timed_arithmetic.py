"""Errors of hidden spikes in fixed point: against the text of the models in float64, on the same spikes."""

import numpy as np
import pytest
import small_nets
from oracles.fixed_point_network import FixedPointNetwork, LearningParameters

from pynn_sfdfa import datasets
from pynn_sfdfa.common.timed import Fired, spike_errors, weight_gradient
from pynn_sfdfa.encoding import latency
from pynn_sfdfa.hardware.arithmetic import Formats, from_fixed
from pynn_sfdfa.hardware.arithmetic.timed import timed_gain
from pynn_sfdfa.training.losses import SpikeCount

RATE, RHO, R_TARGET = 1e-4, 0.3, 1.5


def fired(layer, spikes):
    """The spikes of a layer, each at the end of its tick of 1 ms."""
    n, cell = int(spikes.offsets[-1]), layer.cell
    constants = {"tau_m": cell.tau_m, "tau_syn": cell.tau_syn, "c": cell.threshold_current}
    ticks = np.repeat(np.arange(spikes.offsets.size - 1), np.diff(spikes.offsets))
    factor = from_fixed(spikes.factor[:n], 24) * cell.tau_m / cell.threshold_current
    filled = {name: np.full(layer.size, value) for name, value in constants.items()}
    return Fired(ticks + 1.0, spikes.unit[:n], factor, filled)


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
@pytest.mark.parametrize(("sizes", "delay"), [([12, 20, 4], 0.0), ([12, 20, 15, 4], 2.0)], ids=str)
def test_weights_change_as_in_float64(sizes, delay, gradient):
    net = small_nets.network(sizes, c=0.4, weights=(-0.3, 1.4), duration=100.0, seed=3, delay=delay, gradient=gradient)
    rng = np.random.default_rng(8)
    net.feedback = [rng.normal(size=f.shape).astype(np.float32) for f in net.feedback]
    shown = small_nets.random_trains(rng, 3, 12, spikes=(10, 12), last=90.0, n_classes=4)
    target = np.array([6.0, 2.0, 2.0, 2.0])
    for sample in range(3):
        fixed = FixedPointNetwork(net, 1.0)
        before, feedback = [from_fixed(w, 27) for w in fixed.weights], [f.copy() for f in net.feedback]
        record = fixed.train(shown, sample, target, LearningParameters(RATE, 0.0, RHO, R_TARGET, timed=True), sample)
        output = fired(net.layers[-1], record[-1].spikes)
        errors = target - record[-1].state.count
        for k, trial in enumerate(record[:-1]):
            hidden = fired(net.layers[k], trial.spikes)
            lag = (len(record) - 1 - k) * (1 + delay) - 1  # from the end of a tick to the beginning of another
            found = spike_errors(hidden, lag, output, errors, feedback[k])
            found += RHO * (R_TARGET - trial.state.count)[hidden.neuron]
            ticks = np.repeat(np.arange(100.0), np.diff(trial.arriving.offsets))
            gradient_ = weight_gradient(hidden, found, ticks, trial.arriving.unit[: ticks.size], len(before[k]))
            moved = from_fixed(fixed.weights[k], 27) - before[k]
            assert abs(gradient_).max() > 2.0
            assert abs(moved + RATE * gradient_).max() < 1e-3 * RATE * abs(gradient_).max() + 2.0**-25
        assert not any(fixed.tally.saturated.values())


def test_digits_are_learned():
    loaded = datasets.load("digits", None)
    train, test = (
        latency(p.values, p.labels, maximum=16.0, window=20.0, resolution=1.0) for p in (loaded.train, loaded.test)
    )
    net = small_nets.network([64, 60, 10], c=0.5, weights=(-0.5, 1.0), delay=1.0, seed=1, tau_m=52.0, tau_syn=26.0,
                             duration=40.0)  # fmt: skip
    fixed, targets = FixedPointNetwork(net, 1.0, seed=5), SpikeCount().targets(train.labels, 10)
    parameters = LearningParameters(2e-4, 0.01, rho=0.1, r_target=0.5, timed=True)
    for trial in range(2 * len(train)):
        fixed.train(train, trial % len(train), targets[trial % len(train)], parameters, trial)
    assert (fixed.counts(test)[-1].argmax(axis=1) == test.labels).mean() > 0.8
    assert not any(fixed.tally.saturated.values())


def test_gains_that_do_not_fit_are_refused():
    assert timed_gain(1e-4, 52.0, 0.4, 0.5, Formats()) == round(1e-4 * 52.0 / 0.4 / 0.5 * 2**27)
    assert timed_gain(0.0, 52.0, 0.4, 0.5, Formats()) == 0
    with pytest.raises(
        ValueError, match="not representable with timed feedback: times tau_m/c = 130 ms/nA and over c ="
    ):
        timed_gain(1.0, 52.0, 0.4, 0.5, Formats())
