"""Sorting spikes of which there are too many for a sort by comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.support.jit import jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["sort_keys", "sort_spikes"]

_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)

_BITS, _BITS_OF_FEW = np.uint64(11), np.uint64(8)
"""Of a digit: with fewer there are more passes through the keys, and fewer buckets to be emptied and added up."""

_FEW = np.uint64(1 << 11)


@subroutine()
def sort_keys(n: np.uint64, keys: NDArray[np.uint64], spare: NDArray[np.uint64], buckets: NDArray[Any]) -> None:
    """Sort the first n keys by their upper halves; equal ones stay in order.

    Digits in which all keys agree are passed over: times that lie close together agree in many.

    Parameters
    ----------
    keys : uint64, shape (>= n,)
    spare : uint64, shape (>= n,)
        Scratch space.
    buckets : int32 or uint64, shape (>= 2048,)
        Scratch space.
    """
    differing = _ZERO
    for k in range(n):
        differing |= keys[k] ^ keys[_ZERO]
    differing >>= _HALF
    bits = _BITS_OF_FEW if n < _FEW else _BITS
    radix, shift, swapped = _ONE << bits, _HALF, False
    while differing != _ZERO:
        if differing & (radix - _ONE) == _ZERO:
            differing, shift = differing >> _ONE, shift + _ONE
            continue
        _sort_by_digit(n, keys, spare, buckets, shift, radix)
        keys, spare, swapped = spare, keys, not swapped
        differing, shift = differing >> bits, shift + bits
    if swapped:
        for k in range(n):
            spare[k] = keys[k]


@jit(inline="always")
def _sort_by_digit(
    n: np.uint64,
    keys: NDArray[np.uint64],
    to: NDArray[np.uint64],
    buckets: NDArray[Any],
    shift: np.uint64,
    radix: np.uint64,
) -> None:
    """Write the first n keys in the order of one digit, whose lowest bit is ``shift``."""
    for digit in range(radix):
        buckets[digit] = 0
    for k in range(n):
        buckets[keys[k] >> shift & (radix - _ONE)] += 1
    total = buckets[_ZERO]
    buckets[_ZERO] = 0
    for digit in range(_ONE, radix):
        number, buckets[digit] = buckets[digit], total
        total += number
    for k in range(n):
        digit = keys[k] >> shift & (radix - _ONE)
        to[_index(buckets[digit])] = keys[k]
        buckets[digit] += 1


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
