"""The order in time of the spikes of a trial, which are laid out window by window and neuron by neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.radix import sort_keys
from pynn_sfdfa.support.jit import jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ROOM_TO_SORT", "sort_by_time"]

_FEW = 128
"""So few are put where as many as are earlier come before: that has no branches that depend on the times."""

ROOM_TO_SORT = 1 << 11
"""Numbers for which there is space to sort, besides two for each spike."""

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@subroutine()
def _lower(key: np.uint64, order: NDArray[np.uint64], n: int) -> int:
    """Return how many of the n numbers from ``order[n]`` on are below one of them; as signed ones, which takes less."""
    number = 0
    for k in range(n, n + n):
        number += int(np.int64(order[np.uint64(k)]) < np.int64(key))
    return number


@jit(inline="always")
def sort_by_time(spikes: NDArray[np.void], spike0: np.uint64, first: int, last: int, order: NDArray[np.uint64]) -> None:
    """Write the indices of spikes ``first`` to before ``last``, by time and then by index, into ``order``.

    Indices count from ``spike0``, the first spike of the trial. ``order`` has space for twice as many spikes, and for
    `ROOM_TO_SORT` more.
    """
    n = last - first
    few = n <= _FEW
    keys = n if few else 0
    for k in range(n):
        index = np.uint64(first + k)
        order[keys + k] = np.uint64(spikes[spike0 + index].time_bits) << _HALF | index
    if few:
        for k in range(n):
            key = order[n + k]
            order[_lower(key, order, n)] = key & _LOW
        return
    sort_keys(np.uint64(n), order, order[n:], order[n + n :])
    for k in range(n):
        order[k] &= _LOW
