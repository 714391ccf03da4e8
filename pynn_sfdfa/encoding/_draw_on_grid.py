"""Spikes drawn in every step of a time grid, compiled.

Sixty-four steps at a time, from integers alone, so that the same spikes are drawn on every machine: a number between 0
and 1 is drawn for each step bit by bit, the highest first, until each differs from the probability in one bit, which
takes seven bits or so. The work goes with the pixels that are not zero and with the spikes, not with steps and pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, float64, int32, int64, uint64

from pynn_sfdfa.support.jit import jit, kernel
from pynn_sfdfa.support.mixing import GOLDEN, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LANES", "draw"]

LANES = 64
"""Steps that are drawn at a time: the bits of a word."""

_BITS = 53  # of a probability, as many as a float64 has
_ONE, _NONE, _ALL = np.uint64(1), np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)

_PRODUCT, _SHIFT = 0x03F79D71B4CB0A89, np.uint64(58)
"""A sequence of de Bruijn: times a power of two, its highest six bits are all different."""
_LOWEST = np.zeros(LANES, np.uint8)
for _bit in range(LANES):
    _LOWEST[(_PRODUCT << _bit) % 2**64 >> 58] = _bit


@jit(inline="always")
def _lowest(bits: np.uint64) -> np.int64:
    """Return the number of the lowest bit that is set."""
    return np.int64(_LOWEST[((bits & (~bits + _ONE)) * np.uint64(_PRODUCT)) >> _SHIFT])


@jit(inline="always")
def _below(threshold: np.uint64, state: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return 64 bits, each set with the probability ``threshold / 2**53``, and the state of the sequence after them."""
    if threshold >> np.uint64(_BITS):
        return _ALL, state
    below, undecided = _NONE, _ALL
    bit = np.int64(_BITS)
    while undecided and bit > 0:
        bit -= 1
        state += GOLDEN
        random = mix(state)
        if (threshold >> np.uint64(bit)) & _ONE:
            below |= undecided & ~random
            undecided &= random
        else:
            undecided &= ~random
    return below, state


@kernel(
    *(float64[:, ::1], int64[::1], int64, int64, float32[::1], uint64[:, ::1], int64[::1], int64[::1]),
    *(int64, int64[::1], float32[::1], int32[::1]),
)
def draw(
    probabilities: NDArray[np.float64],
    numbers: NDArray[np.int64],
    seed: int,
    presentation: int,
    grid: NDArray[np.float32],
    drawn: NDArray[np.uint64],
    firing: NDArray[np.int64],
    places: NDArray[np.int64],
    first: int,
    ends: NDArray[np.int64],
    times: NDArray[np.float32],
    units: NDArray[np.int32],
) -> int:
    """Draw the spikes of some samples, by time and then by unit; return where the next ones begin.

    Beyond the capacity of ``times`` and ``units`` nothing is written; what is returned says how much they need.

    Parameters
    ----------
    probabilities : float64, shape (samples, units)
        Of a spike in one step.
    numbers : int64, shape (samples,)
        Which samples these are: with seed, presentation and unit they determine what is drawn.
    grid : float32, shape (steps,)
        The time of each step.
    drawn : uint64, shape (units, steps / 64)
        Scratch space, as ``firing``, shape (units,), and ``places``, shape (steps,), are.
    first : int
        Where the first sample begins.
    ends : int64, shape (samples,)
        Receives where each sample ends.
    """
    words, steps = drawn.shape[1], grid.size
    last = _ALL >> np.uint64(words * LANES - steps)
    for sample in range(numbers.size):
        key = mix(np.uint64(seed) + GOLDEN)
        key = mix((key ^ np.uint64(numbers[sample])) + GOLDEN)
        key = mix((key ^ np.uint64(presentation)) + GOLDEN)
        places[:] = 0
        n = 0
        for unit in range(probabilities.shape[1]):
            threshold = np.uint64(probabilities[sample, unit] * 2.0**_BITS)
            if not threshold:
                continue
            state = mix((key ^ np.uint64(unit)) + GOLDEN)
            firing[n] = unit
            for word in range(words):
                bits, state = _below(threshold, state)
                if word == words - 1:
                    bits &= last
                drawn[n, word] = bits
                while bits:
                    places[word * LANES + _lowest(bits)] += 1
                    bits &= bits - _ONE
            n += 1
        for step in range(steps):
            count = places[step]
            places[step] = first
            first += count
        ends[sample] = first
        if first > times.size:
            continue
        for step in range(steps):
            end = places[step + 1] if step + 1 < steps else first
            times[places[step] : end] = grid[step]
        for k in range(n):
            for word in range(words):
                bits = drawn[k, word]
                while bits:
                    step = word * LANES + _lowest(bits)
                    units[places[step]] = firing[k]
                    places[step] += 1
                    bits &= bits - _ONE
    return first
