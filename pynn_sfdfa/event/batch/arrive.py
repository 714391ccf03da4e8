"""From spikes to arrivals: order of time, delays, the end of the trial, and groups of simultaneous events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.order import sort_by_time
from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["arrive_inputs", "arrive_spikes"]


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _decay(window: np.float32, constants: LayerConstants) -> tuple[np.float32, np.float32]:
    decay_m = np.float32(math.exp(-window / constants.tau_m))
    if constants.closed_form:
        return decay_m * decay_m, decay_m
    return np.float32(math.exp(-window / constants.tau_syn)), decay_m


@jit(fastmath=FLOAT_FLAGS)
def _group_events(trial: int, n: int, constants: LayerConstants, out: Arrivals) -> None:
    """Turn the times of the first n events, sorted, into times, first events, windows and decays of groups, in place.

    Events that arrive after the trial are dropped.
    """
    groups, event = 0, 0
    while event < n:
        time = out.time[trial, event] + constants.delay
        if time > constants.trial_duration:
            break
        if groups == 0 or time != out.time[trial, groups - 1]:
            out.start[trial, groups] = event
            out.time[trial, groups] = time
            groups += 1
        event += 1
    out.n_groups[trial] = groups
    out.start[trial, groups] = event
    for group in range(groups):
        end = out.time[trial, group + 1] if group + 1 < groups else constants.trial_duration
        window = end - out.time[trial, group]
        out.window[trial, group] = window
        out.decay_syn[trial, group], out.decay_m[trial, group] = _decay(window, constants)


@jit
def _arrive_sample(
    trial: int,
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    first: int,
    last: int,
    constants: LayerConstants,
    out: Arrivals,
) -> None:
    for k in range(last - first):
        out.time[trial, k] = times[first + k]
        out.unit[trial, k] = units[first + k]
        out.grade[trial, k] = np.float32(0.0)
    _group_events(trial, last - first, constants, out)


@jit
def _arrive_trial(
    trial: int,
    groups: int,
    spikes: Spikes,
    constants: LayerConstants,
    order: NDArray[np.uint64],
    bits: NDArray[np.uint32],
    out: Arrivals,
) -> None:
    """Lay out the spikes of one trial; ``order`` is scratch space, ``bits`` the times of all spikes as integers."""
    first = 0
    for group in range(groups):
        last = spikes.stop[trial, group]
        # Windows follow each other in time, so only the spikes of one window need sorting.
        sort_by_time(trial, first, last, bits, order)
        for k in range(first, last):
            source = order[k - first]
            out.time[trial, k] = spikes.time[trial, source]
            out.unit[trial, k] = spikes.unit[trial, source]
            out.source[trial, k] = source
            out.grade[trial, k] = spikes.grade[trial, source]
        first = last
    _group_events(trial, first, constants, out)


@jit
def arrive_inputs(
    first: int,
    last: int,
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    offsets: NDArray[np.int64],
    samples: NDArray[np.int64],
    constants: LayerConstants,
    out: Arrivals,
) -> None:
    """Lay out the input spikes of trials ``first`` to before ``last``; trial k shows ``samples[k]``.

    Input spikes carry no grades.
    """
    for trial in range(first, last):
        sample = samples[trial]
        _arrive_sample(trial, times, units, offsets[sample], offsets[sample + 1], constants, out)


@jit
def arrive_spikes(
    first: int, last: int, before: Arrivals, spikes: Spikes, constants: LayerConstants, out: Arrivals
) -> None:
    """Lay out the spikes of one layer, which ``before`` has caused, as arrivals at the next layer.

    For trials ``first`` to before ``last``. ``constants`` are those of the next layer.
    """
    order, bits = np.empty(spikes.time.shape[1], np.uint64), spikes.time.view(np.uint32)
    for trial in range(first, last):
        _arrive_trial(trial, before.n_groups[trial], spikes, constants, order, bits, out)
