"""Division without a divider."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.arithmetic.reciprocal import RECIPROCALS, leading_zeros, quotient, reciprocal

mantissas = st.integers(2**31, 2**32 - 1)


@given(mantissas)
@example(2**31)
@example(2**32 - 1)
def test_reciprocal_is_precise_and_fits_an_unsigned_word(m):
    r = int(reciprocal(m))
    assert 2**30 <= r <= 2**31
    assert abs(Fraction(r * m, 2**62) - 1) <= Fraction(1, 2**29)


def test_reciprocal_is_precise_at_the_ends_of_each_part_of_the_table():
    starts = (np.arange(128) + 128) << 24
    for m in np.concatenate([starts, starts + 2**24 - 1]).tolist():
        assert abs(Fraction(int(reciprocal(m)) * m, 2**62) - 1) <= Fraction(1, 2**29)


def test_the_table_fits_16_bits():
    assert RECIPROCALS.min() > 0 and RECIPROCALS.max() < 2**16


@given(st.integers(1, 2**32 - 1))
def test_leading_zeros(x):
    assert leading_zeros(x) == 32 - x.bit_length()


@given(st.integers(0, 2**30 - 1), st.integers(1, 2**31 - 1), st.integers(0, 30))
def test_quotient(n, d, fraction):
    exact = Fraction(n * 2**fraction, d)
    assert abs(quotient(n, d, fraction) - exact) <= exact / 2**29 + Fraction(1, 2)
