"""Shifts with stated rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Integers

__all__ = ["nearest", "shifted", "stochastic"]


def nearest(x: Integers, bits: int | Integers) -> Integers:
    """Return ``x / 2**bits`` rounded to the nearest integer, halves upwards: ``(x + 2**(bits - 1)) >> bits``.

    ``x`` may have up to 62 bits; ``bits = 0`` returns x.
    """
    return (x + ((1 << bits) >> 1)) >> bits


def shifted(x: Integers, bits: int) -> Integers:
    """Return ``x / 2**bits`` rounded down; negative bits shift to the left."""
    return x >> bits if bits >= 0 else x << -bits


def stochastic(x: Integers, bits: int, words: Integers) -> Integers:
    """Return ``x / 2**bits`` rounded up with a probability equal to its fraction, else down: unbiased.

    Parameters
    ----------
    words : Integers
        Random, uniform in 0..2**32 - 1; their upper bits are used.
    """
    return (x + (words >> (32 - bits))) >> bits
