"""Whole trials and a whole epoch: weights, feedback, spike counts and counters equal those of the specification."""

from __future__ import annotations

import numpy as np
import pytest
from c_kernels import FORMATS, build
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.fixed_point_network import FixedPointNetwork, LearningParameters
from small_nets import network
from toolchain.training import EPOCH, train_in_c

from pynn_sfdfa import SpikeTrains, datasets
from pynn_sfdfa.encoding import latency
from pynn_sfdfa.training.losses import SpikeCount

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "duration": 40.0}


def trains(rng, samples, units, ticks):
    """Up to four spikes of each input, none twice in a tick."""
    drawn = []
    for _ in range(samples):
        tick, unit = np.nonzero(rng.random((ticks, units)) < rng.uniform(0, 4 / ticks, units))
        drawn.append((tick.astype(np.float32), unit))
    return SpikeTrains.from_samples(drawn, np.zeros(samples, np.int64), units)


def assert_trained_alike(called, fixed, shown, targets, parameters):
    """Train both from the same state; the specification's network is trained afterwards."""
    fixed.tally.counts[:] = 0
    weights, feedback, counts, counted = train_in_c(called, fixed, shown, targets, parameters)
    for trial in range(len(shown)):
        record = fixed.train(shown, trial, targets[trial], parameters, trial)
        assert counts[trial].tolist() == np.concatenate([layer.state.count for layer in record]).tolist(), trial
    for found, expected in zip(weights + feedback, fixed.weights + fixed.feedback, strict=True):
        assert np.array_equal(found, expected)
    assert np.array_equal(counted, fixed.tally.counts[:2])


def in_two_calls(called, fixed, shown, targets, parameters):
    """Return the weights after a training that was interrupted after its first trial; ``fixed`` is as it was."""
    before = fixed.weights, fixed.feedback
    for first, part in ((0, slice(0, 1)), (1, slice(1, None))):
        samples = shown.select(np.arange(len(shown))[part])
        fixed.weights, fixed.feedback, *_ = train_in_c(called, fixed, samples, targets[part], parameters, first)
    after, (fixed.weights, fixed.feedback) = [*fixed.weights, *fixed.feedback], before
    return after


@pytest.fixture(scope="module", params=["default", "stochastic"])
def called(request, target):
    return build(target, FORMATS[request.param], extra=(EPOCH,)), FORMATS[request.param]


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    hidden=st.lists(st.integers(1, 6), max_size=2),
    delay=st.integers(0, 3),
    gradient=st.sampled_from(["bounded", "exact"]),
    eta=st.sampled_from([0.0, 1e-4, 1e-2]),
    feedback_eta=st.sampled_from([0.0, 0.3]),
    timed=st.booleans(),
)
def test_trials_of_any_network(called, seed, hidden, delay, gradient, eta, feedback_eta, timed):
    rng = np.random.default_rng(seed)
    sizes = [8, *hidden, 3]
    wired = network(sizes, gradient=gradient, delay=float(delay), max_spikes=6, seed=seed, **CELL)
    fixed = FixedPointNetwork(wired, formats=called[1], seed=seed)
    parameters = LearningParameters(eta, feedback_eta, rho=0.3, r_target=1.5, timed=timed)
    fixed.feedback = [rng.integers(-(2**25), 2**25, f.shape) for f in fixed.feedback]
    shown, targets = trains(rng, 3, 8, 40), rng.uniform(0, 6, (3, 3))
    interrupted = in_two_calls(called[0], fixed, shown, targets, parameters)
    assert_trained_alike(called[0], fixed, shown, targets, parameters)
    for found, expected in zip(interrupted, fixed.weights + fixed.feedback, strict=True):
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("timed", [False, True])
def test_epoch_of_digits(called, timed):
    """A hundred digits, one trial each: the network learns, and every weight is the same at the end."""
    loaded = datasets.load("digits", None).train
    shown = latency(loaded.values[:100], loaded.labels[:100], window=20.0, maximum=16.0)
    fixed = FixedPointNetwork(network([64, 20, 10], c=0.5, delay=1.0, seed=1, **CELL), formats=called[1], seed=5)
    before = [w.copy() for w in fixed.weights]
    parameters = LearningParameters(1e-4, 0.01, rho=0.1, r_target=0.5, timed=timed)
    targets = SpikeCount().targets(shown.labels, 10)
    assert_trained_alike(called[0], fixed, shown, targets, parameters)
    assert all((w != b).mean() > 0.3 for w, b in zip(fixed.weights, before, strict=True))
    assert any(f.any() for f in fixed.feedback)
