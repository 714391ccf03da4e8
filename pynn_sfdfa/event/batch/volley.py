"""From blocks to a volley: bring the spikes of all blocks of a layer into one order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from pynn_sfdfa.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, Spikes, Volley

__all__ = ["merge_blocks"]

_GAPS = (301, 132, 57, 23, 10, 4, 1)
"""Gap sequence of Ciura (2001); windows are short, so sorting in place beats any sort that allocates."""


@jit
def _sort(time: NDArray[np.float32], unit: NDArray[np.int32], grade: NDArray[np.float32]) -> None:
    """Sort spikes by time, simultaneous ones by neuron (Shell's method)."""
    for gap in _GAPS:
        for k in range(gap, time.size):
            moved_time, moved_unit, moved_grade = time[k], unit[k], grade[k]
            at = k
            while at >= gap and (
                time[at - gap] > moved_time or (time[at - gap] == moved_time and unit[at - gap] > moved_unit)
            ):
                time[at], unit[at], grade[at] = time[at - gap], unit[at - gap], grade[at - gap]
                at -= gap
            time[at], unit[at], grade[at] = moved_time, moved_unit, moved_grade


@jit
def _merge_trial(trial: int, groups: int, spikes: Spikes, out: Volley) -> None:
    _, blocks, width = spikes.count.shape
    time, unit, grade = out.time[trial], out.unit[trial], out.grade[trial]
    n = 0
    for group in range(groups):
        first = n
        for block in range(blocks):
            start = spikes.stop[trial, block, group - 1] if group > 0 else 0
            for spike in range(start, spikes.stop[trial, block, group]):
                time[n] = spikes.time[trial, block, spike]
                unit[n] = spikes.lane[trial, block, spike] + block * width
                grade[n] = spikes.grade[trial, block, spike]
                n += 1
        if n > first + 1:
            _sort(time[first:n], unit[first:n], grade[first:n])
    out.n[trial] = n


@jit(parallel=True)
def merge_blocks(n_trials: int, arrivals: Arrivals, spikes: Spikes, out: Volley) -> None:
    """Fill ``out`` with all spikes of a layer in order of time, in parallel over the trials.

    Windows follow each other in time, so only the spikes of one window have to be sorted.
    """
    for trial in prange(n_trials):
        _merge_trial(trial, arrivals.n_groups[trial], spikes, out)
