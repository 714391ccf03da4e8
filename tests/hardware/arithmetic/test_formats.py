"""Formats: what they represent, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic import Formats, from_fixed, to_fixed
from pynn_sfdfa.hardware.arithmetic.formats import SUM_LIMIT


@given(st.floats(-100.0, 100.0), st.integers(0, 24))
def test_there_and_back_is_half_a_unit_off_at_most(x, fraction):
    assert abs(from_fixed(to_fixed(x, fraction), fraction) - x) <= 2.0 ** -(fraction + 1)


def test_what_does_not_fit_is_limited():
    np.testing.assert_array_equal(to_fixed([3.0, -3.0], 30, SUM_LIMIT), [SUM_LIMIT, -SUM_LIMIT])


@pytest.mark.parametrize("formats", [Formats(), Formats(weight=11, weight_bits=16, stochastic=True)])
def test_weights_of_the_most_events_can_be_summed(formats):
    constants = formats.constants()
    for weight in (-(2 ** (formats.weight_bits - 1)), constants.weight_limit):
        u = weight >> constants.arrival_shift if constants.arrival_shift >= 0 else weight << -constants.arrival_shift
        assert -(2**31) <= u * formats.max_events < 2**31
        assert abs(u) * (formats.max_events + 1) > 2**31


def test_the_largest_sum_that_is_taken_up_is_a_state():
    constants = Formats().constants()
    assert SUM_LIMIT - 2**constants.state_shift < constants.input_limit << constants.state_shift <= SUM_LIMIT


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"state": -1}, r"state = -1 is not valid; it must be an integer in 0\.\.32"),
        ({"factor": 31}, r"factor = 31 is not valid; it must be an integer in 0\.\.30"),
        ({"weight_bits": 24}, "weight_bits = 24 is not valid; choose 16 or 32"),
        ({"input": 23, "state": 22}, "input = 23 is not valid; it must be <= state = 22"),
        (
            {"feedback": 24, "grade": 8},
            r"feedback = 24 is not valid; it must be >= error \+ 8 = 24 and <= 2 \* grade = 16",
        ),
        ({"feedback": 20}, r"feedback = 20 is not valid; it must be >= error \+ 8 = 24"),
        ({"input": 20, "state": 22, "weight": 19}, "leaves no room to add weights of 32 bits"),
    ],
)
def test_formats_that_cannot_work_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Formats(**settings)
