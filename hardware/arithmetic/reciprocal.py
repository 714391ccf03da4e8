"""Division for a processor without one: a table of 128 entries and two steps of Newton's iteration."""

from __future__ import annotations

import numpy as np

from pynn_sfdfa.hardware.arithmetic.formats import Integers
from pynn_sfdfa.hardware.arithmetic.rounding import nearest

__all__ = ["RECIPROCALS", "leading_zeros", "quotient", "reciprocal"]

_MIDDLES = 257 + 2 * np.arange(128, dtype=np.int64)  # of 512

RECIPROCALS: Integers = (2**24 + _MIDDLES // 2) // _MIDDLES
"""Entry k is 2**15/m, rounded to the nearest, for the middle m = (257 + 2k)/512 of the k-th of 128 parts of 1/2..1."""


def leading_zeros(x: Integers) -> Integers:
    """Return the zeros before the highest one in 32 bits, for x in 1..2**32 - 1: the instruction CLZ."""
    return 32 - np.frexp(x.astype(np.float64))[1].astype(np.int64)


def reciprocal(mantissa: Integers) -> Integers:
    """Return 1/m with 30 fraction bits, for a mantissa m in 1/2..1 with 32; unsigned, 2**30 to 2**31.

    Each step ``r (2 - m r)`` squares the relative error, 2**-8 at first; the result is never above the exact value by
    more than rounding, and within a relative 2**-27 of it.
    """
    r = RECIPROCALS[(mantissa >> 24) & 0x7F]  # 15 fraction bits
    r = (r * (2**32 - (mantissa >> 16) * r)) >> 16  # 31 fraction bits in the bracket, 30 in the result
    return (r * (2**31 - ((mantissa * r) >> 32))) >> 30


def quotient(numerator: int, divisor: Integers, fraction: int) -> Integers:
    """Return ``numerator / divisor`` with ``fraction`` (at most 30) fraction bits; up to 61 bits, not saturated.

    Parameters
    ----------
    numerator : int
        0..2**30 - 1.
    divisor : Integers
        1..2**31 - 1.
    """
    zeros = leading_zeros(divisor)
    return nearest(numerator * reciprocal(divisor << zeros), 62 - fraction - zeros)
