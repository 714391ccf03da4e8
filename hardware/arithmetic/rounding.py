"""Shifts with stated rounding, and saturation that is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Integers

__all__ = ["nearest", "note_vanished", "saturated", "shifted", "stochastic"]


@jit
def nearest(x: int, bits: int) -> int:
    """Return ``x / 2**bits`` rounded to the nearest integer, halves upwards: ``(x + 2**(bits - 1)) >> bits``.

    ``x`` may have 62 bits; ``bits = 0`` returns x.
    """
    return (x + ((1 << bits) >> 1)) >> bits


@jit
def shifted(x: int, bits: int) -> int:
    """Return ``x / 2**bits`` rounded down; negative bits shift to the left."""
    return x >> bits if bits >= 0 else x << -bits


@jit
def stochastic(x: int, bits: int, word: int) -> int:
    """Return ``x / 2**bits`` rounded up with a probability equal to its fraction, else down: unbiased.

    ``word`` is random, uniform in 0..2**32 - 1; its upper bits are used.
    """
    return (x + (word >> (32 - bits))) >> bits


@jit
def saturated(x: int, limit: int, tally: Integers, variable: int) -> int:
    """Return x limited to -limit..limit; count in ``tally[0, variable]`` whether it had to be.

    ``tally[2, variable]`` keeps the largest absolute value of all x.
    """
    tally[2, variable] = max(tally[2, variable], abs(x))
    if x > limit:
        tally[0, variable] += 1
        return limit
    if x < -limit:
        tally[0, variable] += 1
        return -limit
    return x


@jit
def note_vanished(before: int, after: int, tally: Integers, variable: int) -> None:
    """Count in ``tally[1, variable]`` whether ``before`` is not zero but ``after`` is."""
    if before != 0 and after == 0:
        tally[1, variable] += 1
