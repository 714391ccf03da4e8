"""The order in time of the spikes of a trial, which are laid out window by window and neuron by neuron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, Spikes

__all__ = ["sort_by_time", "spike_count"]

_GAPS = (301, 132, 57, 23, 10, 4, 1)
"""Gap sequence of Ciura (2001); windows are short, so sorting in place beats any sort that allocates."""

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@jit
def spike_count(trial: int, arrivals: Arrivals, spikes: Spikes) -> int:
    """Return how many spikes a layer, at which ``arrivals`` arrived, has fired in a trial."""
    groups = arrivals.n_groups[trial]
    return spikes.stop[trial, groups - 1] if groups > 0 else 0


@jit
def sort_by_time(trial: int, first: int, last: int, bits: NDArray[np.uint32], order: NDArray[np.uint64]) -> None:
    """Write the indices of spikes ``first`` to before ``last``, by time and then by index, into ``order``.

    ``bits`` are the times of all spikes as integers, shape (trials, capacity): those of positive numbers are in the
    order of the numbers. Sorted by Shell's method.
    """
    n = last - first
    for k in range(n):
        order[k] = np.uint64(bits[trial, first + k]) << _HALF | np.uint64(first + k)
    for gap in _GAPS:
        for k in range(gap, n):
            key, at = order[k], k
            while at >= gap and order[at - gap] > key:
                order[at] = order[at - gap]
                at -= gap
            order[at] = key
    for k in range(n):
        order[k] &= _LOW
