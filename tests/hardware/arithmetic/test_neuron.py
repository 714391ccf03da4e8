"""The neuron's kernels against the same steps in rational arithmetic, and what saturates."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic import Formats, Tally, neuron_constants
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, SUM_LIMIT
from pynn_sfdfa.hardware.arithmetic.neuron import (
    NeuronConstants,
    advance,
    arrive,
    at_rest,
    fire,
    spike_factor,
    take_up,
)
from pynn_sfdfa.network.cells import LIF_SFDFA

FORMATS = Formats()
CONSTANTS = FORMATS.constants()
CELL = LIF_SFDFA(tau_m=52.0, tau_syn=26.0, cm=10.0, v_rest=-70.0, v_thresh=-68.0, trial_duration=40.0)
HIDDEN = neuron_constants(CELL, 1.0, "bounded", 30, FORMATS)

states = st.integers(-SUM_LIMIT, SUM_LIMIT)
weights = st.integers(-(2**31) + 1, 2**31 - 1)
grades = st.integers(-INT32_LIMIT, INT32_LIMIT)


@given(st.lists(st.tuples(weights, grades), max_size=30), st.randoms())
def test_arrivals_add_up_in_any_order(events, random):
    sums = []
    for _ in range(2):
        state = at_rest(1)
        for weight, grade in events:
            arrive(np.array([weight]), grade, state, CONSTANTS)
        sums.append((int(state.total[0]), int(state.graded[0])))
        random.shuffle(events)
    assert sums[0] == sums[1]
    assert sums[0][0] == sum(weight >> 11 for weight, _ in events)
    assert sums[0][1] == sum((weight >> 11) * grade for weight, grade in events)


@given(states, states, grades, st.integers(-(2**31), 2**31 - 1), st.integers(-(2**50), 2**50))
def test_take_up(A, B, D, total, graded):
    state, tally = at_rest(1), Tally()
    state.A[0], state.B[0], state.D[0], state.total[0], state.graded[0] = A, B, D, total, graded
    take_up(state, CONSTANTS, tally.counts)
    within = max(-CONSTANTS.input_limit, min(CONSTANTS.input_limit, total)) * 2**5
    for before, after in ((A, state.A[0]), (B, state.B[0])):
        assert after == max(-SUM_LIMIT, min(SUM_LIMIT, before + within))
    assert abs(state.D[0] - max(-INT32_LIMIT, min(INT32_LIMIT, D + Fraction(graded, 2**16)))) <= Fraction(1, 2)
    assert state.total[0] == 0 and state.graded[0] == 0
    assert tally.saturated["input"] == int(abs(total) > CONSTANTS.input_limit)
    assert tally.saturated["state"] == sum(abs(before + within) > SUM_LIMIT for before in (A, B))


@given(st.lists(st.tuples(states, states, st.integers(0, 31)), min_size=1, max_size=8))
def test_neurons_at_or_above_threshold_fire_unless_they_have_too_often(neurons):
    state = at_rest(len(neurons))
    for i, (A, B, count) in enumerate(neurons):
        state.A[i], state.B[i], state.count[i] = A, B, count
    fired = np.empty(len(neurons), np.int64)
    n = advance(state, HIDDEN, fired)
    above = state.B - state.A - HIDDEN.threshold >= 0
    np.testing.assert_array_equal(fired[:n], np.flatnonzero(above & (state.count < 30)))


@given(states, st.integers(2**8, 2**26), st.integers(2**14, 2**19), st.booleans())
def test_factor_is_threshold_over_drive(A, threshold, reach, exact):
    constants = NeuronConstants(1, 1, threshold, reach, int(exact), 30)
    tally = Tally()
    factor = spike_factor(A, constants, CONSTANTS, tally.counts)
    drive = min((A * reach + 2**15) // 2**16 - exact * threshold, INT32_LIMIT)
    if drive <= 0:
        assert factor == 0
        return
    expected = Fraction(threshold * 2**24, drive)
    assert abs(factor - min(expected, INT32_LIMIT)) <= expected / 2**29 + Fraction(1, 2)
    assert tally.saturated["factor"] == int(expected > INT32_LIMIT) or expected > INT32_LIMIT * 0.999


@given(grades, grades, grades, st.integers(0, 3))
def test_a_spike_carries_its_grade_and_resets(D, directional, v, count):
    state, tally = at_rest(2), Tally()
    state.D[1], state.directional[1], state.count[1], state.B[1] = D, directional, count, 1000
    grade = fire(state, 1, v, HIDDEN, tally.counts)
    raw = D + (v if count == 0 else 0)
    assert grade == max(-INT32_LIMIT, min(INT32_LIMIT, raw))
    assert state.directional[1] == max(-INT32_LIMIT, min(INT32_LIMIT, directional + grade))
    assert (state.D[1], state.B[1], state.count[1]) == (0, 1000 - HIDDEN.threshold, count + 1)
    assert all(not variable[0] for variable in state)  # the other neuron
    assert tally.saturated["grade"] == int(abs(raw) > INT32_LIMIT) + int(abs(directional + grade) > INT32_LIMIT)


def test_constants_of_the_published_neuron():
    cell = LIF_SFDFA(tau_m=260.0, tau_syn=130.0, cm=10.0, v_rest=-70.0, v_thresh=-50.0, trial_duration=200.0)
    constants = neuron_constants(cell, 1.0, "bounded", 30, FORMATS)
    assert constants.threshold == round(0.2 / 0.26 * 2**21)
    assert constants.reach == 2**16
    assert constants.loss_m == round((1 - np.exp(-1 / 260)) * 2**32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"v_thresh": -69.999999}, r"threshold c = .*must lie between 7.6e-06 and 512 nA"),
        ({"cm": 1e5}, r"threshold c = .*Scale cm and the weights"),
        ({"tau_m": 26.05}, "too close or too far apart"),
        ({"tau_m": 1e6}, "too close or too far apart"),
    ],
)
def test_layers_that_cannot_be_represented_are_refused(changes, message):
    cell = LIF_SFDFA(**{**vars(CELL), **changes})
    with pytest.raises(ValueError, match=message):
        neuron_constants(cell, 1.0, "bounded", 30, FORMATS)
