"""The check of every number that a user gives."""

import math

import numpy as np
import pytest
import quantities as pq
from hypothesis import given
from hypothesis import strategies as st
from pyNN import errors

from pynn_sfdfa.common.numbers import number, plain
from pynn_sfdfa.support.numbers import is_number

KINDS = (float, np.float64, np.array, lambda x: x * pq.ms, lambda x: np.float64(x / 1000) * pq.s)


@given(st.floats(0.001, 1e6), st.sampled_from(KINDS))
def test_a_number_of_any_kind_is_a_float(value, kind):
    found = number("time", kind(value), "ms", minimum=0)
    assert type(found) is float and math.isclose(found, value, rel_tol=1e-12)


@given(st.integers(-(2**62), 2**62), st.sampled_from((int, np.int64, np.array)))
def test_an_integer_of_any_kind_is_an_int_exactly(value, kind):
    found = number("seed", kind(value), integer=True)
    assert type(found) is int and found == value


@pytest.mark.parametrize("value", [True, None, "1", [1.0], np.ones(1), np.bool_(True), 1j, math.nan, math.inf])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="time = .* is not valid; it must be a finite number >= 0 ms"):
        number("time", value, "ms", minimum=0)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, "a finite number in ms"),
        ({"minimum": 0, "exclusive": True}, "a finite number > 0 ms"),
        ({"minimum": 1, "maximum": 2**63 - 1, "integer": True}, "an integer from 1 to 9223372036854775807"),
        ({"minimum": 0, "integer": True}, "an integer >= 0"),
    ],
)
def test_the_message_says_what_is_valid(bounds, message):
    with pytest.raises(ValueError, match=message):
        number("time", "x", "ms" if "integer" not in bounds else "", **bounds)
    with pytest.raises(ValueError, match=message):
        number("time", -math.inf, "ms" if "integer" not in bounds else "", **bounds)


@pytest.mark.parametrize("value", [0, -1.5, np.float32(0.25), np.array(3)])
def test_numbers_are_told_from_others(value):
    assert is_number(value)
    assert not any(is_number(other) for other in (True, "1", None, [value], np.array([value])))


def test_long_values_are_not_echoed_whole():
    with pytest.raises(ValueError, match=r"time = 'x{56}\.\.\. is not valid") as caught:
        number("time", "x" * 100_000, "ms")
    assert len(str(caught.value)) < 200


def test_units_are_converted_or_refused():
    assert plain("cm", 50 * pq.pF, "nF") == pytest.approx(0.05)
    assert plain("cm", [50 * pq.pF, 1 * pq.nF], "nF") == pytest.approx([0.05, 1.0])
    assert plain("cm", np.array([50.0, 60.0]) * pq.pF, "nF") == pytest.approx([0.05, 0.06])
    with pytest.raises(
        errors.InvalidParameterValueError, match=r"cm = array\(50\.\) \* mV is not valid; give it in nF"
    ):
        plain("cm", 50 * pq.mV, "nF")


def test_quantities_of_brian2_are_named_as_such():
    class Quantity(float):
        dim = in_unit = None

    with pytest.raises(
        errors.InvalidParameterValueError, match="a quantity of Brian2; give the number in nF.*brian2.nF"
    ):
        plain("cm", Quantity(1.0), "nF")
