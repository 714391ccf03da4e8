"""The forward pass of a layer whose neurons reach each other through weights, exact in continuous time.

What arrives from within is not known beforehand, but no sooner than the delay after a spike: time advances from arrival
to arrival, or to the delay after the earliest spike before the next one, as in forward_inhibited.py, whose neurons
these are, in double precision. Spikes of the layer become events beside those from below, in order of time, with rows
of weights of their own: so the way back through the trial is that of any other layer.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int64

from pynn_sfdfa.event.batch.forward_inhibited import (
    INHIBITED_NEURONS,
    NEVER,
    advance_neurons,
    begin_at_rest,
    decay_all,
    is_quiet,
)
from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.forward_inhibited import InhibitedNeurons, InhibitedScratch
    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["advance_recurrent"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@subroutine(fastmath=FLOAT_FLAGS)
def _set_aside(trial: np.uint64, layer: LayerTrials) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Move what arrives from below to the end of the space of a trial; return its first event, first and last group.

    There it is in nobody's way: as many events as come from within fit before it.
    """
    events, groups = layer.events, layer.groups
    room = _index(events.size) // _index(layer.places.size)
    event0, group0 = first_event(layer, trial), first_group(layer, trial)
    n_groups = _index(layer.places[trial].n_groups)
    n = _index(groups[group0 + n_groups].start)
    at, to = event0 + n, event0 + room
    while at > event0:
        at -= _ONE
        to -= _ONE
        events[to].unit, events[to].source = events[at].unit, events[at].source
        events[to].grade, events[to].first = events[at].grade, events[at].first
    event = to
    at, to = group0 + n_groups + _ONE, group0 + room + _ONE
    while at > group0:
        at -= _ONE
        to -= _ONE
        groups[to].start, groups[to].time = groups[at].start, groups[at].time
    return event, to, group0 + room


@subroutine(fastmath=FLOAT_FLAGS)
def _arrive(weights: NDArray[np.float32], row: np.uint64, grade: np.float32, scratch: InhibitedScratch) -> None:
    """Let a spike arrive at all neurons, with the weights of a row."""
    for lane in range(_index(scratch.A.size)):
        scratch.A[lane] += weights[row + lane]
        scratch.B[lane] += weights[row + lane]
    if grade != np.float32(0.0):
        for lane in range(_index(scratch.A.size)):
            scratch.D[lane] += weights[row + lane] * grade


@subroutine(fastmath=FLOAT_FLAGS)
def _run_trial(trial: np.uint64, weights: NDArray[np.float32], n_below: np.uint64, neurons: InhibitedNeurons) -> None:
    """Run one trial of one layer."""
    constants, draw, scratch, layer = neurons
    events, groups = layer.events, layer.groups
    width = row_width(layer)
    cell, spike0 = trial * width, first_spike(layer, trial)
    event0, group0 = first_event(layer, trial), first_group(layer, trial)
    aside, below, last_below = _set_aside(trial, layer)
    begin_at_rest(cell, width, scratch, layer)
    scratch.heard[:] = False
    n, n_released, n_arrived, n_sent = spike0, 0, 0, 0
    release = NEVER  # the next one
    event, group = event0, group0
    while below < last_below or n_arrived < n_sent:
        now = float(groups[below].time) if below < last_below else NEVER
        if n_arrived < n_sent:
            now = min(now, scratch.arrivals[n_arrived])
        groups[group].start = event - event0
        if below < last_below and groups[below].time <= now:
            for at in range(aside + _index(groups[below].start), aside + _index(groups[below + _ONE].start)):
                events[event].unit, events[event].source = events[at].unit, events[at].source
                events[event].grade, events[event].first = events[at].grade, events[at].first
                grade = events[at].grade if draw.graded else np.float32(0.0)
                _arrive(weights, _index(events[at].unit) * width, grade, scratch)
                event += _ONE
            below += _ONE
        while n_arrived < n_sent and scratch.arrivals[n_arrived] <= now:
            neuron, grade = _index(scratch.sources[n_arrived]), scratch.grades[n_arrived]
            events[event].unit, events[event].source = np.int32(n_below + neuron), -1 - scratch.numbers[n_arrived]
            events[event].grade, events[event].first = grade, not scratch.heard[neuron]
            scratch.heard[neuron] = True
            _arrive(weights, (n_below + neuron) * width, grade, scratch)
            event += _ONE
            n_arrived += 1
        end = float(groups[below].time) if below < last_below else float(constants.trial_duration)
        if n_arrived < n_sent:
            end = min(end, scratch.arrivals[n_arrived])
        scratch.released[:] = np.int32(-1)
        until = end
        if until < release and is_quiet(until - now, constants, scratch):
            decay_all(math.exp((now - until) / constants.tau_syn), math.exp((now - until) / constants.tau_m), scratch)
        else:
            until, release, n, n_released, n_sent = advance_neurons(
                trial, now, until, now, n, n_released, n_arrived, n_sent, neurons
            )
        groups[group].time, groups[group].window = np.float32(now), np.float32(until - now)
        groups[group].decay_syn = np.float32(math.exp((now - until) / constants.tau_syn))
        groups[group].decay_m = np.float32(math.exp((now - until) / constants.tau_m))
        groups[group].stop = n - spike0
        groups[group].released = n_released
        group += _ONE
    groups[group].start = event - event0
    layer.places[trial].n_groups = group - group0


@kernel(int64, int64, float32[::1], int64, INHIBITED_NEURONS, fastmath=FLOAT_FLAGS)
def advance_recurrent(
    first: int, last: int, weights: NDArray[np.float32], n_below: int, neurons: InhibitedNeurons
) -> None:
    """Fill in the spikes that arrivals at a recurrent layer cause, and their own arrivals, from trial ``first`` on.

    The last trial is the one before ``last``. Of an event from within, ``source`` is -1 minus the spike that it is.

    Parameters
    ----------
    weights : float32, shape ((n_below + neurons) * width,)
        Laid out by `pynn_sfdfa.event.batch.layout`; the last rows are those of the layer's own neurons.
    n_below : int
        Rows of what arrives from below.
    neurons
        Their delay is that within the layer.
    """
    for trial in range(_index(first), _index(last)):
        _run_trial(trial, weights, _index(n_below), neurons)
