"""From spikes to arrivals: delays, the end of the trial, and groups of simultaneous events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Volley

__all__ = ["arrive_inputs", "arrive_volley"]


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _decay(window: np.float32, constants: LayerConstants) -> tuple[np.float32, np.float32]:
    decay_m = np.float32(math.exp(-window / constants.tau_m))
    if constants.closed_form:
        return decay_m * decay_m, decay_m
    return np.float32(math.exp(-window / constants.tau_syn)), decay_m


@jit(fastmath=FLOAT_FLAGS)
def _arrive_trial(
    trial: int,
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    grades: NDArray[np.float32],
    constants: LayerConstants,
    out: Arrivals,
) -> None:
    """Lay out the spikes of one trial, sorted by time; those that arrive after the trial are dropped."""
    n, groups = 0, 0
    while n < times.size:
        time = times[n] + constants.delay
        if time > constants.trial_duration:
            break
        if groups == 0 or time != out.time[trial, groups - 1]:
            out.start[trial, groups] = n
            out.time[trial, groups] = time
            groups += 1
        out.unit[trial, n] = units[n]
        out.grade[trial, n] = grades[n] if grades.size > 0 else np.float32(0.0)
        n += 1
    out.n_groups[trial] = groups
    out.start[trial, groups] = n
    for group in range(groups):
        end = out.time[trial, group + 1] if group + 1 < groups else constants.trial_duration
        window = end - out.time[trial, group]
        out.window[trial, group] = window
        out.decay_syn[trial, group], out.decay_m[trial, group] = _decay(window, constants)


@jit(parallel=True)
def arrive_inputs(
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    offsets: NDArray[np.int64],
    samples: NDArray[np.int64],
    constants: LayerConstants,
    out: Arrivals,
) -> None:
    """Lay out the input spikes of the given samples, which have no grades."""
    for trial in prange(samples.size):
        first, last = offsets[samples[trial]], offsets[samples[trial] + 1]
        _arrive_trial(trial, times[first:last], units[first:last], times[:0], constants, out)


@jit(parallel=True)
def arrive_volley(n_trials: int, volley: Volley, constants: LayerConstants, out: Arrivals) -> None:
    """Lay out the spikes of one layer as arrivals at the next; event k is spike k of the volley."""
    for trial in prange(n_trials):
        n = volley.n[trial]
        _arrive_trial(trial, volley.time[trial, :n], volley.unit[trial, :n], volley.grade[trial, :n], constants, out)
