"""From spikes to arrivals: order of time, delays, the end of the trial, and groups of simultaneous events."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64, uint64

from pynn_sfdfa.event.batch.order import sort_by_time
from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["INPUTS", "Inputs", "arrive_inputs", "arrive_spikes", "group_events"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Inputs(NamedTuple):
    """Input spikes as `SpikeTrains` has them, and which of its samples is shown in each trial."""

    times: NDArray[np.float32]
    units: NDArray[np.int32]
    offsets: NDArray[np.int64]
    samples: NDArray[np.int64]


_numbers = np.empty(0, np.int64)
INPUTS = numba.typeof(Inputs(np.empty(0, np.float32), np.empty(0, np.int32), _numbers, _numbers))
"""Type of `Inputs` in kernels."""


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _decay(window: np.float32, constants: LayerConstants) -> tuple[np.float32, np.float32]:
    decay_m = np.float32(math.exp(-window / constants.tau_m))
    if constants.closed_form:
        return decay_m * decay_m, decay_m
    return np.float32(math.exp(-window / constants.tau_syn)), decay_m


@jit(inline="always", fastmath=FLOAT_FLAGS)
def group_events(
    times: NDArray[np.float32],
    at: np.uint64,
    n: np.uint64,
    groups: NDArray[np.void],
    first: np.uint64,
    constants: LayerConstants,
) -> np.uint64:
    """Turn n sorted times, from ``times[at]``, into groups with first event, time, window and decay.

    They begin at ``groups[first]``; return their number. Events that arrive after the trial are dropped.
    """
    event, end = _ZERO, first
    while event < n:
        time = times[at + event] + constants.delay
        if time > constants.trial_duration:
            break
        if end == first or time != groups[end - _ONE].time:
            groups[end].start = event
            groups[end].time = time
            end += _ONE
        event += _ONE
    groups[end].start = event
    for group in range(first, end):
        until = groups[group + _ONE].time if group + _ONE < end else constants.trial_duration
        window = until - groups[group].time
        groups[group].window = window
        groups[group].decay_syn, groups[group].decay_m = _decay(window, constants)
    return end - first


@kernel(int64, int64, INPUTS, LAYER_CONSTANTS, LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def arrive_inputs(first: int, last: int, inputs: Inputs, constants: LayerConstants, out: LayerTrials) -> None:
    """Lay out the input spikes of trials ``first`` to before ``last`` at a dense layer; they carry no grades."""
    times, units, offsets, samples = inputs
    events, groups = out.events, out.groups
    for trial in range(_index(first), _index(last)):
        event0, group0 = first_event(out, trial), first_group(out, trial)
        spike0 = _index(offsets[samples[trial]])
        n = _index(offsets[samples[trial] + 1]) - spike0
        for k in range(n):
            events[event0 + k].unit = units[spike0 + k]
            events[event0 + k].grade = np.float32(0.0)
        out.places[trial].n_groups = group_events(times, spike0, n, groups, group0, constants)


@kernel(int64, int64, LAYER_TRIALS, LAYER_CONSTANTS, uint64[::1], LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def arrive_spikes(
    first: int,
    last: int,
    below: LayerTrials,
    constants: LayerConstants,
    order: NDArray[np.uint64],
    out: LayerTrials,
) -> None:
    """Lay out the spikes of a dense layer, ``below``, as arrivals at the next, for trials ``first`` to before ``last``.

    ``constants`` are those of the next layer; ``order`` is scratch space for the spikes of a trial.
    """
    windows, spikes, events, groups = below.groups, below.spikes, out.events, out.groups
    for trial in range(_index(first), _index(last)):
        event0, group0 = first_event(out, trial), first_group(out, trial)
        spike0, window0 = first_spike(below, trial), first_group(below, trial)
        start = np.int64(0)
        for window in range(window0, window0 + _index(below.places[trial].n_groups)):
            stop = np.int64(windows[window].stop)
            if stop == start:
                continue
            # Windows follow each other in time, so only the spikes of one window need sorting.
            sort_by_time(spikes, spike0, start, stop, order)
            for k in range(stop - start):
                spike, at = spikes[spike0 + order[k]], _index(start + k)
                groups[group0 + at].time = spike.time
                events[event0 + at].unit = spike.unit
                events[event0 + at].source = order[k]
                events[event0 + at].grade = spike.grade
            start = stop
        out.places[trial].n_groups = group_events(groups["time"], group0, _index(start), groups, group0, constants)
