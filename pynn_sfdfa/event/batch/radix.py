"""Sorting the spikes of a whole trial, of which there are too many for a sort by comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["sort_keys", "sort_spikes"]

_index = np.uint64
_BITS, _MASK = np.uint64(11), np.uint64((1 << 11) - 1)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_SHIFTS = (np.uint64(32), np.uint64(43), np.uint64(54))
"""Digits of 11 bits; the upper half of a key is what it is sorted by."""


@subroutine()
def sort_keys(n: np.uint64, keys: NDArray[np.uint64], spare: NDArray[np.uint64], buckets: NDArray[np.int32]) -> None:
    """Sort the first n keys by their upper halves; equal ones stay in order.

    Parameters
    ----------
    keys : uint64, shape (>= n,)
    spare : uint64, shape (>= n,)
        Scratch space.
    buckets : int32, shape (2048,)
        Scratch space.
    """
    for shift in _SHIFTS:
        buckets[:] = 0
        for k in range(n):
            buckets[keys[k] >> shift & _MASK] += 1
        total = np.int32(0)
        for digit in range(_index(buckets.size)):
            number, buckets[digit] = buckets[digit], total
            total += number
        for k in range(n):
            digit = keys[k] >> shift & _MASK
            spare[_index(buckets[digit])] = keys[k]
            buckets[digit] += 1
        for k in range(n):
            keys[k] = spare[k]


@subroutine()
def sort_spikes(
    spikes: NDArray[np.void],
    spike0: np.uint64,
    n: np.uint64,
    order: NDArray[np.uint64],
    spare: NDArray[np.uint64],
    buckets: NDArray[np.int32],
) -> None:
    """Write the indices of n spikes from ``spike0`` on, by time and then by index, into ``order``; see `sort_keys`."""
    for k in range(n):
        order[k] = _index(spikes[spike0 + k].time_bits) << _HALF | k
    sort_keys(n, order, spare, buckets)
    for k in range(n):
        order[k] &= _LOW
