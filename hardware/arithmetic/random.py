"""Random numbers as pure functions of what they are for: no state to keep, the same on any number of cores.

A 32-bit mixer is applied to seed, purpose, layer, trial and so on in turn. Multiplications are modulo 2**32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.rounding import nearest
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import Integers

__all__ = ["FOR_PERTURBATION", "FOR_ROUNDING", "extended", "mix", "next_word", "perturbation", "perturbations"]

FOR_PERTURBATION, FOR_ROUNDING = 1, 2
"""Purposes, so that numbers drawn for one thing never repeat those drawn for another."""

_WORD = 0xFFFFFFFF
_GOLDEN = 0x9E3779B9
_FIRST = 0x7FEB352D
_SECOND = 0x846CA68B - 2**32
"""Negative, so that the product with a word fits 64 bits with a sign."""

_SCALE = 80266
"""1/sqrt(8 (256**2 - 1)/12) with 24 fraction bits, so that the sum of eight bytes gets the variance 1."""


@jit
def mix(word: int) -> int:
    """Return a scrambled word; a bijection of 0..2**32 - 1 (constants: lowbias32, C. Wellons)."""
    word = ((word ^ (word >> 16)) * _FIRST) & _WORD
    word = ((word ^ (word >> 15)) * _SECOND) & _WORD
    return word ^ (word >> 16)


@jit
def extended(key: int, part: int) -> int:
    """Return a word that depends on a key (0 to begin with) and one more part, both in 0..2**32 - 1."""
    word: int = mix(((key ^ part) + _GOLDEN) & _WORD)
    return word


@jit
def perturbation(trial_key: int, neuron: int, fraction: int) -> int:
    """Return v of a neuron: approximately N(0, 1), the sum of eight random bytes, with ``fraction`` fraction bits.

    Mean 0, variance 1, kurtosis 2.85, within -4.9..4.9. ``trial_key`` is seed, FOR_PERTURBATION, layer and trial.
    """
    first = extended(trial_key, neuron)
    second = mix((first + _GOLDEN) & _WORD)
    pairs = (first & 0x00FF00FF) + ((first >> 8) & 0x00FF00FF) + (second & 0x00FF00FF) + ((second >> 8) & 0x00FF00FF)
    v: int = nearest(((pairs & 0xFFFF) + (pairs >> 16) - 1020) * _SCALE, 24 - fraction)
    return v


@jit
def perturbations(seed: int, layer: int, trial: int, n: int, fraction: int) -> Integers:
    """Return v of neurons 0 to n - 1 of a layer in one trial."""
    trial_key = extended(extended(extended(extended(0, seed), FOR_PERTURBATION), layer), trial)
    drawn = np.empty(n, np.int64)
    for neuron in range(n):
        drawn[neuron] = perturbation(trial_key, neuron, fraction)
    return drawn


@jit
def next_word(word: int) -> int:
    """Return the word after this one, for the next synapse of a row."""
    return (word * 1664525 + 1013904223) & _WORD
