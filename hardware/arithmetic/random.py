"""Random numbers as pure functions of what they are for: no state to keep, the same on any number of cores.

A 32-bit mixer is applied to seed, purpose, layer, trial and so on in turn. Multiplications are modulo 2**32.
"""

from __future__ import annotations

from functools import reduce
from typing import TypeVar

import numpy as np

from pynn_sfdfa.hardware.arithmetic.formats import Integers
from pynn_sfdfa.hardware.arithmetic.rounding import nearest

__all__ = ["PERTURBATION", "ROUNDING", "key", "mix", "perturbations", "row_words"]

Word = TypeVar("Word", int, Integers)

_WORD = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9

PERTURBATION, ROUNDING = 1, 2
"""Purposes, so that numbers drawn for one thing never repeat those drawn for another."""

_SCALE = 80266
"""1/sqrt(8 (256**2 - 1)/12) with 24 fraction bits, so that the sum of eight bytes gets the variance 1."""

_SECOND = 0x846CA68B - 2**32
"""Negative, so that the product with a word fits 64 bits with a sign."""

_MULTIPLIER, _INCREMENT = 1664525, 1013904223


def mix(word: Word) -> Word:
    """Return a scrambled word, or words; a bijection of 0..2**32 - 1 (constants: lowbias32, C. Wellons)."""
    word = (word ^ (word >> 16)) * 0x7FEB352D & _WORD
    word = (word ^ (word >> 15)) * _SECOND & _WORD
    return word ^ (word >> 16)


def key(*parts: int) -> int:
    """Return a word that depends on all parts (each in 0..2**32 - 1): ``k = mix((k ^ part) + golden)``, k = 0 first."""
    return reduce(lambda word, part: mix(((word ^ part) + _GOLDEN) & _WORD), parts, 0)


def perturbations(seed: int, layer: int, trial: int, n: int, fraction: int) -> Integers:
    """Return v of neurons 0 to n - 1 in one trial: approximately N(0, 1), the sum of eight random bytes.

    Mean 0, variance 1, kurtosis 2.85, within -4.9..4.9; ``fraction`` (at most 16) fraction bits.
    """
    first = mix(((key(seed, PERTURBATION, layer, trial) ^ np.arange(n, dtype=np.int64)) + _GOLDEN) & _WORD)
    second = mix((first + _GOLDEN) & _WORD)
    pairs = sum((word & 0x00FF00FF) + ((word >> 8) & 0x00FF00FF) for word in (first, second))
    total = (pairs & 0xFFFF) + (pairs >> 16)
    return nearest((total - 1020) * _SCALE, 24 - fraction)


def row_words(row_key: int, n: int) -> Integers:
    """Return one random word for each synapse of a row: ``s = s * 1664525 + 1013904223``, from s = row_key."""
    factor, offset = _steps(n)
    return (factor * row_key + offset) & _WORD


_known: dict[int, tuple[Integers, Integers]] = {}


def _steps(n: int) -> tuple[Integers, Integers]:
    """Return what takes s to its first, second, ... n-th successor: factors and offsets."""
    if n not in _known:
        factors, offsets, a, b = [], [], 1, 0
        for _ in range(n):
            a, b = a * _MULTIPLIER & _WORD, (b * _MULTIPLIER + _INCREMENT) & _WORD
            factors.append(a)
            offsets.append(b)
        _known[n] = np.array(factors, np.int64), np.array(offsets, np.int64)
    return _known[n]
