"""The order in time of the spikes of a trial, which are laid out window by window and neuron by neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["sort_by_time"]

_GAPS = (301, 132, 57, 23, 10, 4, 1)
"""Gap sequence of Ciura (2001); windows are short, so sorting in place beats any sort that allocates."""

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@jit(inline="always")
def sort_by_time(spikes: NDArray[np.void], spike0: np.uint64, first: int, last: int, order: NDArray[np.uint64]) -> None:
    """Write the indices of spikes ``first`` to before ``last``, by time and then by index, into ``order``.

    Indices count from ``spike0``, the first spike of the trial. Sorted by Shell's method.
    """
    n = last - first
    for k in range(n):
        index = np.uint64(first + k)
        order[k] = np.uint64(spikes[spike0 + index].time_bits) << _HALF | index
    for gap in _GAPS:
        for k in range(gap, n):
            key, at = order[k], k
            while at >= gap and order[at - gap] > key:
                order[at] = order[at - gap]
                at -= gap
            order[at] = key
    for k in range(n):
        order[k] &= _LOW
