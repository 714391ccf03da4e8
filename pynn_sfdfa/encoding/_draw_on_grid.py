"""Spikes drawn in every step of a time grid, compiled.

Sixty-four steps at a time, from integers alone, so that the same spikes are drawn on every machine: a number between 0
and 1 is drawn for each step bit by bit, the highest first, until each differs from the probability in one bit, which
takes seven bits or so. The work goes with the spikes, and with a ninth of the steps of pixels that are not zero.
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


@jit(inline="always")
def _lowest(bits: np.uint64) -> np.int64:
    """Return the number of the lowest bit that is set: how many bits there are below it, counted as LLVM knows it."""
    below = (bits & (~bits + _ONE)) - _ONE
    below -= (below >> _ONE) & np.uint64(0x5555555555555555)
    below = (below & np.uint64(0x3333333333333333)) + ((below >> np.uint64(2)) & np.uint64(0x3333333333333333))
    below = (below + (below >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((below * np.uint64(0x0101010101010101)) >> np.uint64(56))


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


@jit(inline="always")
def _transpose(rows: NDArray[np.uint64]) -> None:
    """Let bit k of row j be what bit j of row k was, for 64 rows (Warren 2003, Hacker's Delight)."""
    width, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    while width:
        row = _NONE
        while row < LANES:
            changed = ((rows[row] >> width) ^ rows[row + width]) & low
            rows[row + width] ^= changed
            rows[row] ^= changed << width
            row = (row + width + _ONE) & ~width
        width >>= _ONE
        low ^= low << width


@kernel(
    *(float64[:, ::1], int64[::1], int64, int64, float32[::1], uint64[:, ::1], int32[::1]),
    *(int64, int64[::1], float32[::1], int32[::1]),
)
def draw(
    probabilities: NDArray[np.float64],
    numbers: NDArray[np.int64],
    seed: int,
    presentation: int,
    grid: NDArray[np.float32],
    scratch: NDArray[np.uint64],
    firing: NDArray[np.int32],
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
    scratch : uint64, shape (3, units rounded up to 64)
        Of any content, as ``firing``, shape (units,), is.
    first : int
        Where the first sample begins.
    ends : int64, shape (samples,)
        Receives where each sample ends.
    """
    rows, thresholds, states = scratch
    end = first
    for sample in range(numbers.size):
        key = mix(np.uint64(seed) + GOLDEN)
        key = mix((key ^ np.uint64(numbers[sample])) + GOLDEN)
        key = mix((key ^ np.uint64(presentation)) + GOLDEN)
        n = 0
        for unit in range(probabilities.shape[1]):
            threshold = np.uint64(probabilities[sample, unit] * 2.0**_BITS)
            if threshold:
                thresholds[n], states[n], firing[n] = threshold, mix((key ^ np.uint64(unit)) + GOLDEN), unit
                n += 1
        for step0 in range(0, grid.size, LANES):
            for k in range(n):
                rows[k], states[k] = _below(thresholds[k], states[k])
            rows[n : -(-n // LANES) * LANES] = _NONE
            # A word was 64 steps of one unit; now it becomes one step of 64 units, to be read in the order of time.
            for k0 in range(0, n, LANES):
                _transpose(rows[k0 : k0 + LANES])
            for lane in range(min(LANES, grid.size - step0)):
                for k0 in range(0, n, LANES):
                    bits = rows[k0 + lane]
                    while bits:
                        if end < times.size:
                            times[end] = grid[step0 + lane]
                            units[end] = firing[k0 + _lowest(bits)]
                        end += 1
                        bits &= bits - _ONE
        ends[sample] = end
    return end
