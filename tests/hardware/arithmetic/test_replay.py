"""Reverse replay: an identity with forward traces, and how far its integers are from exact numbers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic import Formats, NeuronConstants, Tally
from pynn_sfdfa.hardware.arithmetic.formats import SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.replay import begin_replay, change_row, gain, replay_decay, replay_spike

FORMATS = Formats()
CONSTANTS = FORMATS.constants()
TICKS, INPUTS = 12, 3

trials = st.tuples(
    st.lists(st.frozensets(st.integers(0, INPUTS - 1)), min_size=TICKS, max_size=TICKS),  # arrivals in each tick
    st.lists(st.one_of(st.none(), st.integers(1, 2**24)), min_size=TICKS, max_size=TICKS),  # factor, where it fires
)
losses = st.integers(2**22, 2**31 - 1)


def forward(arrivals, factors, loss_syn, loss_m, delta):
    """Traces and eligibilities (docs/algorithm.md, section 3) times delta, exactly; c/tau_m is in the factors."""
    keep_syn, keep_m = 1 - Fraction(loss_syn, 2**32), 1 - Fraction(loss_m, 2**32)
    TA, TB, R, E = ([Fraction(0)] * INPUTS for _ in range(4))
    for tick in range(TICKS):
        for j in range(INPUTS):
            TA[j] = (TA[j] + (j in arrivals[tick])) * keep_syn
            TB[j] = (TB[j] + (j in arrivals[tick])) * keep_m
            R[j] *= keep_m
            if factors[tick] is not None:
                moved = Fraction(factors[tick], 2**24) * (TA[j] - TB[j] + R[j])
                E[j] += moved
                R[j] += moved
    return [delta * e for e in E]


def backward(arrivals, factors, loss_syn, loss_m, delta):
    """The replay, exactly, and how far rounding of integers can lead from it."""
    keep_syn, keep_m = 1 - Fraction(loss_syn, 2**32), 1 - Fraction(loss_m, 2**32)
    S1 = S2 = off1 = off2 = Fraction(0)
    E, off = [Fraction(0)] * INPUTS, [Fraction(0)] * INPUTS
    half = Fraction(1, 2)
    for tick in reversed(range(TICKS)):
        if factors[tick] is not None:
            factor = Fraction(factors[tick], 2**24)
            gamma, off_gamma = factor * (delta + S2), factor * off2 + half
            S1, S2, off1, off2 = S1 + gamma, S2 + gamma, off1 + off_gamma, off2 + off_gamma
        S1, S2 = S1 * keep_syn, S2 * keep_m
        off1, off2 = off1 * keep_syn + half, off2 * keep_m + half
        for j in arrivals[tick]:
            E[j] += S1 - S2
            off[j] += off1 + off2
    return E, off


@given(trials, losses, losses)
def test_replay_is_an_identity(trial, loss_syn, loss_m):
    exact, _ = backward(*trial, loss_syn, loss_m, Fraction(1))
    assert exact == forward(*trial, loss_syn, loss_m, Fraction(1))


@given(trials, losses, losses, st.integers(-(2**14), 2**14))
def test_integers_stay_within_the_bound(trial, loss_syn, loss_m, delta):
    arrivals, factors = trial
    exact, off = backward(arrivals, factors, loss_syn, loss_m, Fraction(delta))
    constants, tally = NeuronConstants(loss_syn, loss_m, 1, 1, 0, 30), Tally()
    state = begin_replay(np.array([-delta]), 2**16, CONSTANTS, tally.counts)
    assert state.delta[0] == delta
    row = np.zeros((INPUTS, 1), np.int64)
    for tick in reversed(range(TICKS)):
        if factors[tick] is not None:
            replay_spike(state, 0, factors[tick], CONSTANTS, tally.counts)
        replay_decay(state, constants)
        for j in arrivals[tick]:
            change_row(row[j], state.change, 0, CONSTANTS, tally.counts)
    assert not any(tally.saturated.values())
    for j in range(INPUTS):
        assert abs(row[j, 0] - exact[j]) <= off[j]


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_delta_is_minus_error_times_gain(error, gain_):
    tally = Tally()
    state = begin_replay(np.array([error]), gain_, CONSTANTS, tally.counts)
    exact = -Fraction(error * gain_, 2**16)
    assert abs(state.delta[0] - max(-SUM_LIMIT, min(SUM_LIMIT, exact))) <= Fraction(1, 2)
    assert tally.vanished["change"] == int(error * gain_ != 0 and state.delta[0] == 0)


@given(st.integers(-SUM_LIMIT, SUM_LIMIT), st.integers(-SUM_LIMIT, SUM_LIMIT), st.integers(0, 2**31 - 1))
def test_accumulators_saturate_and_say_so(S1, S2, factor):
    tally = Tally()
    state = begin_replay(np.array([2**31 - 1]), 2**31 - 1, CONSTANTS, tally.counts)
    assert tally.saturated["change"] == 1 and state.delta[0] == -SUM_LIMIT
    state.S1[0], state.S2[0] = S1, S2
    replay_spike(state, 0, factor, CONSTANTS, tally.counts)
    gamma = (factor * (S2 - SUM_LIMIT) + 2**23) >> 24
    limited = max(gamma, -SUM_LIMIT)
    assert state.S1[0] == max(-SUM_LIMIT, S1 + limited)
    assert state.S2[0] == max(-SUM_LIMIT, S2 + limited)
    overflows = (gamma < -SUM_LIMIT) + (S1 + limited < -SUM_LIMIT) + (S2 + limited < -SUM_LIMIT)
    assert tally.saturated["change"] == 1 + overflows


@settings(max_examples=50)
@given(st.integers(-(2**15) + 1, 2**15 - 1), st.integers(-SUM_LIMIT, SUM_LIMIT), st.booleans())
def test_weights_of_16_bits(weight, change, at_random):
    formats = Formats(weight=11, weight_bits=16, stochastic=at_random).constants()
    tally, row = Tally(), np.full(64, weight)
    change_row(row, np.full(64, change), 12345, formats, tally.counts)
    exact = weight + Fraction(change, 2**16)
    assert np.abs(row).max() < 2**15
    if abs(exact) < 2**15 - 2:
        off = max(abs(int(w) - exact) for w in (row.min(), row.max()))
        assert off < 1 if at_random else off <= Fraction(1, 2)
    else:
        assert abs(exact) < 2**15 or tally.saturated["weight"] > 0


def test_small_changes_vanish_or_are_kept_on_average():
    """A tenth of the last bit of a weight, 200 times."""
    kept = {}
    for at_random in (False, True):
        formats = Formats(weight=11, weight_bits=16, stochastic=at_random).constants()
        tally, row = Tally(), np.zeros(100, np.int64)
        for time in range(200):
            change_row(row, np.full(100, 2**16 // 10), 1000 + time, formats, tally.counts)
        kept[at_random] = row.mean()
        assert tally.vanished["weight"] == (20000 if not at_random else 20000 - row.sum())
    assert kept[False] == 0
    assert abs(kept[True] - 20) < 4 * np.sqrt(200 * 0.09 / 100)


def test_gain():
    assert gain(1e-4, 52.0, 0.5, FORMATS) == round(1e-4 * 52.0 / 0.5 * 2**27)
    assert gain(0.0, 52.0, 0.5, FORMATS) == 0
    for learning_rate in (1.0, 1e-12):
        with pytest.raises(ValueError, match="must lie between 7.5e-09 and 16 nA"):
            gain(learning_rate, 52.0, 0.5, FORMATS)
