"""Division for a processor without one: a table of 128 entries and two steps of Newton's iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.rounding import nearest
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Integers

__all__ = ["RECIPROCALS", "leading_zeros", "quotient", "reciprocal"]

_MIDDLES = 257 + 2 * np.arange(128, dtype=np.int64)  # of 512

RECIPROCALS: Integers = (2**24 + _MIDDLES // 2) // _MIDDLES
"""Entry k is 1/m with 15 fraction bits, for the middle m = (257 + 2k)/512 of the k-th of 128 parts of 1/2..1."""


@jit
def leading_zeros(x: int) -> int:
    """Return the zeros before the highest one in 32 bits, for x in 1..2**32 - 1: the instruction CLZ."""
    zeros = 0
    while x < 2**31:
        x <<= 1
        zeros += 1
    return zeros


@jit
def reciprocal(mantissa: int) -> int:
    """Return 1/m with 30 fraction bits, for a mantissa m in 1/2..1 with 32; unsigned, 2**30 to 2**31.

    Each step ``r (2 - m r)`` squares the relative error, 2**-8 at first; the result is within a relative 2**-29.
    """
    r = RECIPROCALS[(mantissa >> 24) & 0x7F]  # 15 fraction bits
    r = (r * (2**32 - (mantissa >> 16) * r)) >> 16  # 31 fraction bits in the bracket, 30 in the result
    refined: int = (r * (2**31 - ((mantissa * r) >> 32))) >> 30
    return refined


@jit
def quotient(numerator: int, divisor: int, fraction: int) -> int:
    """Return ``numerator / divisor`` with ``fraction`` (at most 30) fraction bits; up to 61 bits, not saturated.

    Parameters
    ----------
    numerator : int
        0..2**30 - 1.
    divisor : int
        1..2**31 - 1.
    """
    zeros = leading_zeros(divisor)
    rounded: int = nearest(numerator * reciprocal(divisor << zeros), 62 - fraction - zeros)
    return rounded
