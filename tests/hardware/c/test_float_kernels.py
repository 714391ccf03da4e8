"""Kernels in float32, on this machine and on the core of SpiNNaker2: the same bits as the specification in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from c_kernels import require_cross_compiler, structures
from hypothesis import given
from hypothesis import strategies as st
from states import SIZES, few
from toolchain import layouts
from toolchain.build import build_float_for_core, build_float_for_host
from toolchain.core import CoreKernels
from toolchain.host import HostKernels
from toolchain.processors import CORTEX_M4F_FLOAT

from pynn_sfdfa.hardware.arithmetic import float32 as specification

NOW = 7


@pytest.fixture(scope="module", params=["host", "core of SpiNNaker2"])
def call(request):
    if request.param == "host":
        return HostKernels(build_float_for_host()).call
    require_cross_compiler()
    return CoreKernels(build_float_for_core(), processor=CORTEX_M4F_FLOAT).call


def floats(n):
    """Arrays of finite floats of either sign from 1e-45 to 1e12, zeros and all mantissas among them, drawn as bytes."""

    def decoded(drawn):
        words = np.frombuffer(drawn, "<u4").copy()
        exponent = (words >> 23) & 0xFF
        few_bits = np.where(exponent % 8 == 0, exponent // 8 % 2, 40 + exponent % 128)  # 0: zero or subnormal
        return (words & 0x807FFFFF | few_bits << 23).astype("<u4").view("<f4")

    return st.binary(min_size=4 * n, max_size=4 * n).map(decoded)


def counts(n):
    return st.binary(min_size=n, max_size=n).map(lambda drawn: np.frombuffer(drawn, np.uint8).astype(np.int32) % 4)


@st.composite
def layer_constants(draw):
    keep_syn, keep_m = (np.float32(draw(st.integers(2**23, 2**24 - 1)) / 2**24) for _ in range(2))
    threshold, reach = np.abs(draw(floats(2)))
    return specification.FloatConstants(
        keep_syn, keep_m, threshold, reach, draw(st.integers(0, 1)), draw(st.integers(1, 4))
    )


@st.composite
def states(draw):
    """States with B - A around the threshold in some."""
    n = draw(SIZES)
    arrays = {name: draw(floats(n)).copy() for name in ("A", "B", "D", "directional", "total", "graded")}
    return specification.FloatState(**arrays, count=draw(counts(n)))


def copied(state):
    return type(state)(*(array.copy() for array in state))


def bits(values):
    return np.asarray(values, np.float32).view(np.uint32).tolist()


def one(value):
    return np.array([value], np.float32)


def neurons(state, perturbation=0.0):
    names = ("A", "B", "D", "directional", "count")
    return structures(
        layouts.FLOAT_NEURON, {name: getattr(state, name) for name in names} | {"perturbation": perturbation}
    )


def assert_same_state(found, state):
    for name in ("A", "B", "D", "directional"):
        assert bits(found[name]) == bits(getattr(state, name)), name
    assert found["count"].tolist() == state.count.tolist()


def record(kind, values):
    return structures(kind, {name: [value] for name, value in values.items()})


@few
@given(data=st.data(), state=states())
def test_arrive(call, data, state):
    row, grade = data.draw(floats(state.total.size)), data.draw(floats(1))
    for with_grade in (False, True):
        total, graded = state.total.copy(), state.graded.copy()
        if with_grade:
            call("sfdfa_float_arrive_graded", row, grade, total, graded, row.size)
        else:
            call("sfdfa_float_arrive", row, total, row.size)
        expected = copied(state)
        specification.arrive(row, grade[0] if with_grade else None, expected)
        assert bits(total) == bits(expected.total)
        assert bits(graded) == bits(expected.graded)


@few
@given(state=states(), with_grades=st.booleans())
def test_take_up(call, state, with_grades):
    found, total, graded = neurons(state), state.total.copy(), state.graded.copy()
    call("sfdfa_float_take_up", found, total, graded if with_grades else 0, found.size)
    if not with_grades:
        state.graded[:] = -0.0  # which changes no bit of a sum
    specification.take_up(state)
    assert_same_state(found, state)
    assert not total.any()
    assert graded.any() <= (not with_grades)


@few
@given(data=st.data(), state=states(), constants=layer_constants())
def test_tick(call, data, state, constants):
    n = state.A.size
    v = data.draw(floats(n))
    if data.draw(st.booleans()):  # exactly at the threshold
        state.B[:] = (state.A * constants.keep_syn + constants.threshold) / constants.keep_m
    found, spikes, grades = neurons(state, v), np.zeros(n, layouts.FLOAT_SPIKE), np.zeros(n, np.float32)
    record_ = record(layouts.FLOAT_CONSTANTS, constants._asdict())
    with np.errstate(over="ignore"):  # c over next to nothing
        k = call("sfdfa_float_tick", record_, found, n, NOW, spikes, grades)
        fired = specification.advance(state, constants)
        factors = specification.factors(state.A[fired], constants)
        expected = specification.fire(state, fired, v, constants)
    assert spikes["neuron"][:k].tolist() == fired.tolist()
    assert spikes["tick"][:k].tolist() == [NOW] * k
    assert bits(spikes["factor"][:k]) == bits(factors)
    assert bits(grades[:k]) == bits(expected)
    assert_same_state(found, state)


@st.composite
def replays(draw):
    n = draw(SIZES)
    return specification.FloatReplay(*(draw(floats(n)).copy() for _ in range(3)), np.zeros(n, np.float32))


def replay(state):
    return structures(layouts.FLOAT_REPLAY, {name: getattr(state, name) for name in ("S1", "S2", "delta")})


def assert_same_replay(found, state):
    for name in ("S1", "S2", "delta"):
        assert bits(found[name]) == bits(getattr(state, name)), name


@st.composite
def of_a_tick(draw, n):
    """Spikes of some of n neurons, behind one of an earlier tick."""
    fired = np.flatnonzero(draw(counts(n)) > 1)
    spikes = np.zeros(fired.size + 1, layouts.FLOAT_SPIKE)
    spikes["tick"][1:], spikes["neuron"][1:], spikes["factor"][1:] = NOW, fired, draw(floats(fired.size))
    return spikes, fired


@few
@given(data=st.data(), state=replays(), constants=layer_constants())
def test_replay(call, data, state, constants):
    n = state.S1.size
    error, learning = data.draw(floats(n)), np.zeros(1, layouts.FLOAT_LEARNING)
    learning["gain"] = data.draw(floats(1))
    begun = np.ones(n, layouts.FLOAT_REPLAY)
    call("sfdfa_float_replay_begin", begun, error, learning, n)
    assert_same_replay(begun, specification.begin_replay(error, learning["gain"][0]))
    spikes, fired = data.draw(of_a_tick(n))
    found, change, row = replay(state), np.zeros(n, np.float32), data.draw(floats(n)).copy()
    assert call("sfdfa_float_replay_spikes", found, spikes, spikes.size, NOW) == 1
    specification.replay_spikes(state, fired, spikes["factor"][1:])
    assert_same_replay(found, state)
    record_ = record(layouts.FLOAT_CONSTANTS, constants._asdict())
    pulled, pull, pulling = found.copy(), np.zeros(n, np.float32), copied(state)
    call("sfdfa_float_replay_decay", found, record_, change, n)
    specification.replay_decay(state, constants)
    assert_same_replay(found, state)
    assert bits(change) == bits(state.change)
    expected = row.copy()
    call("sfdfa_float_change_row", row, change, n)
    specification.change_row(expected, change)
    assert bits(row) == bits(expected)
    call("sfdfa_float_pull_decay", pulled, record_, pull, n)
    specification.pull_decay(pulling, constants)
    assert_same_replay(pulled, pulling)
    assert bits(pull) == bits(pulling.change)


@few
@given(data=st.data(), state=replays(), outputs=st.integers(1, 3))
def test_timed_spikes(call, data, state, outputs):
    n = state.S1.size
    spikes, fired = data.draw(of_a_tick(n))
    feedback, pull = data.draw(floats(outputs * n)).reshape(outputs, n), data.draw(floats(outputs))
    learning = np.zeros(1, layouts.FLOAT_LEARNING)
    learning["timed_gain"] = data.draw(floats(1))
    found = replay(state)
    left = call("sfdfa_float_timed_spikes", found, spikes, spikes.size, NOW, feedback, n, pull, outputs, learning)
    assert left == 1
    specification.timed_spikes(state, fired, spikes["factor"][1:], feedback, pull, learning["timed_gain"][0])
    assert_same_replay(found, state)


@few
@given(data=st.data(), n=SIZES)
def test_errors_and_feedback(call, data, n):
    count, (target, row, v) = data.draw(counts(n)), (data.draw(floats(n)) for _ in range(3))
    error, d, learning = data.draw(floats(1)), data.draw(floats(1)), np.zeros(1, layouts.FLOAT_LEARNING)
    learning["rho"], learning["r_target"], learning["rate"] = data.draw(floats(3))
    cells = structures(layouts.FLOAT_NEURON, {"count": count, "perturbation": v})
    found = np.zeros(n, np.float32)
    call("sfdfa_float_output_error", target, cells, found, n)
    assert bits(found) == bits(specification.output_error(target, count))
    total, expected = target.copy(), target.copy()
    call("sfdfa_float_feed_back", row, error, total, n)
    specification.feed_back(row, error[0], expected)
    assert bits(total) == bits(expected)
    call("sfdfa_float_hidden_error", total, cells, learning, found, n)
    rho, r_target = learning["rho"][0], learning["r_target"][0]
    assert bits(found) == bits(specification.hidden_error(expected, count, rho, r_target))
    improved, expected = row.copy(), row.copy()
    call("sfdfa_float_improve_feedback", improved, cells, d, learning, n)
    specification.improve_feedback(expected, v, d[0], count, learning["rate"][0])
    assert bits(improved) == bits(expected)
