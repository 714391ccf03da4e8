"""Float32 as a core computes it stays where float64 leads: the same spikes, and the changes of forward traces."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pynn_sfdfa import LIF_SFDFA
from pynn_sfdfa.hardware.arithmetic import float32

CELL = LIF_SFDFA(tau_m=52.0, tau_syn=26.0, cm=10.0, v_rest=-70.0, v_thresh=-68.0, trial_duration=40.0)
TICKS, INPUTS, NEURONS = 40, 30, 50


@pytest.fixture(scope="module")
def trial():
    """Weights, and the inputs that arrive in each tick."""
    rng = np.random.default_rng(5)
    arrivals = rng.integers(0, 25, INPUTS)
    return rng.uniform(-0.5, 1.0, (INPUTS, NEURONS)).astype(np.float32), arrivals


def run(weights, arrivals, gradient):
    """Return the spikes of a trial in float32: tick, neurons, factors."""
    constants = float32.constants_of(CELL, 1.0, gradient, 30)
    zero = np.zeros((6, NEURONS), np.float32)
    state = float32.FloatState(*zero[:4], np.zeros(NEURONS, np.int32), *zero[4:])
    spikes = []
    for tick in range(TICKS):
        for j in np.flatnonzero(arrivals == tick):
            float32.arrive(weights[j], None, state)
        float32.take_up(state)
        fired = float32.advance(state, constants)
        factors = float32.factors(state.A[fired], constants)
        float32.fire(state, fired, np.zeros(NEURONS, np.float32), constants)
        spikes.append((fired, factors))
    return constants, spikes


def in_float64(weights, arrivals, gradient):
    """The same from the definitions in docs/algorithm.md: spikes, and eligibilities as forward traces give them."""
    keep_syn, keep_m = math.exp(-1 / CELL.tau_syn), math.exp(-1 / CELL.tau_m)
    c, ratio = CELL.threshold_current, (CELL.tau_m - CELL.tau_syn) / CELL.tau_syn
    A, B = np.zeros(NEURONS), np.zeros(NEURONS)
    TA, TB = np.zeros(INPUTS), np.zeros(INPUTS)
    R, E = np.zeros((2, INPUTS, NEURONS))
    spikes = []
    for tick in range(TICKS):
        arrived = arrivals == tick
        A, B = ((now + weights[arrived].sum(axis=0, dtype=np.float64)) for now in (A, B))
        A, B, TA, TB, R = A * keep_syn, B * keep_m, (TA + arrived) * keep_syn, (TB + arrived) * keep_m, R * keep_m
        fired = np.flatnonzero(c <= B - A)
        drive = A[fired] * ratio - c * (gradient == "exact")
        factors = np.divide(c, drive, out=np.zeros(fired.size), where=drive > 0)
        moved = factors * ((TA - TB)[:, np.newaxis] + R[:, fired])
        E[:, fired] += moved
        R[:, fired] += moved
        B[fired] -= c
        spikes.append((fired, factors))
    return spikes, E


@pytest.mark.parametrize("gradient", ["bounded", "exact"])
def test_spikes_and_changes_are_those_of_float64(trial, gradient):
    weights, arrivals = trial
    constants, spikes = run(weights, arrivals, gradient)
    expected, eligibilities = in_float64(weights, arrivals, gradient)
    for (fired, factors), (other, others) in zip(spikes, expected, strict=True):
        assert fired.tolist() == other.tolist()
        np.testing.assert_allclose(factors, others, rtol=3e-3)  # a drive near zero is a difference
    assert sum(fired.size for fired, _ in spikes) > 2 * NEURONS
    error = np.linspace(-3, 3, NEURONS).astype(np.float32)
    gain = np.float32(1e-3)
    state, changed = float32.begin_replay(error, gain), weights.copy()
    for tick in reversed(range(TICKS)):
        float32.replay_spikes(state, *spikes[tick])
        float32.replay_decay(state, constants)
        for j in np.flatnonzero(arrivals == tick):
            float32.change_row(changed[j], state.change)
    change, exact = changed.astype(np.float64) - weights, -eligibilities * error * float(gain)
    scale = np.abs(exact).max(axis=0)
    off = np.abs(change - exact).max(axis=0)
    assert (off < 1e-3 * scale + 2e-7).all()  # 2e-7: weights of about 1 have steps of 6e-8 to 1e-7


def test_results_stay_in_float32(trial):
    constants, spikes = run(*trial, "bounded")
    assert all(value.dtype == np.float32 for value in constants[:4])
    assert {factors.dtype for _, factors in spikes} == {np.dtype(np.float32)}
    row = np.ones(2, np.float32)
    total = float32.hidden_error(row, np.array([1, 0], np.int32), np.float32(0.1), np.float32(0.5))
    assert total.dtype == np.float32
    assert float32.output_error(row, np.array([1, 0], np.int32)).tolist() == [0.0, 1.0]
