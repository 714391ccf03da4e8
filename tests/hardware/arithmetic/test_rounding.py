"""Shifts and saturation against exact rational arithmetic."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic.rounding import nearest, note_vanished, saturated, shifted, stochastic
from pynn_sfdfa.hardware.arithmetic.tally import STATE, VARIABLES, WEIGHT, Tally

products = st.integers(-(2**61), 2**61)
bits = st.integers(0, 40)


@given(products, bits)
def test_nearest_is_half_a_unit_off_at_most_and_halves_go_up(x, n):
    assert nearest(x, n) == math.floor(Fraction(x, 2**n) + Fraction(1, 2))


@given(st.integers(-(2**31), 2**31), st.integers(-20, 40))
def test_shifted_rounds_down(x, n):
    assert shifted(x, n) == math.floor(x * Fraction(2) ** -n)


@given(st.integers(-(2**31), 2**31), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_stochastic_rounds_to_a_neighbour_and_leaves_whole_numbers(x, n, word):
    exact = Fraction(x, 2**n)
    assert stochastic(x, n, word) in {math.floor(exact), math.ceil(exact)}


@given(st.integers(-(2**20), 2**20), st.integers(1, 12))
def test_stochastic_is_unbiased(x, n):
    """Over all values of the bits that it uses the mean is the exact quotient."""
    rounded = sum(stochastic(x, n, upper << (32 - n)) for upper in range(2**n))
    assert Fraction(rounded, 2**n) == Fraction(x, 2**n)


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**31))
def test_saturated_keeps_what_fits_and_counts_the_rest(x, limit):
    tally = Tally()
    assert saturated(x, limit, tally.counts, STATE) == max(-limit, min(limit, x))
    assert tally.saturated["state"] == int(abs(x) > limit)
    assert tally.largest["state"] == abs(x)
    assert sum(tally.saturated.values()) == tally.saturated["state"]


def test_what_vanishes_is_counted():
    tally = Tally()
    for before, after in ((3, 0), (-3, 0), (0, 0), (3, 1)):
        note_vanished(before, after, tally.counts, WEIGHT)
    assert tally.vanished == {name: 2 if name == "weight" else 0 for name in VARIABLES}
    assert not np.any(tally.counts[0])
