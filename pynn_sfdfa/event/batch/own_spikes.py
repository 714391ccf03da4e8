"""The spikes of each block of neurons by themselves, and how far everything has decayed when events are replayed.

Either every event is replayed by itself (`OwnSpikes`), or those of a window together (`OwnWindows`).

A block that looks for its own spikes among those of all neurons looks at each of them, so that the time it takes grows
with the square of the layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width, spike_count
from pynn_sfdfa.event.batch.records import LAYER_TRIALS, SPIKE
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = [
    "NOT_LISTED",
    "OWN_SPIKES",
    "OWN_WINDOWS",
    "OwnSpikes",
    "OwnWindows",
    "WindowLists",
    "allocate_own",
    "allocate_windows",
    "list_own_spikes",
    "list_own_windows",
    "never_fades",
]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_LONGEST = 27.0
"""Trials may be so many times tau_syn long: exp(-27) is above what weight_gradients.py lets decays accumulate to."""

_OWN = np.dtype(
    [
        ("spike", np.int32),  # which of its trial
        ("until", np.int32),  # the first event after its window, from that of its place
        ("per_syn", np.float32),  # 1/exp(-(time from the start of its window to the end of the trial)/tau_syn)
        ("m", np.float32),  # exp(-(the same)/tau_m)
        ("per_m", np.float32),  # 1 over that
    ],
    align=True,
)

_LATER = np.dtype([("syn", np.float32), ("m", np.float32)], align=True)
"""exp(-(time from an event to the end of the trial)/tau), for both time constants."""


class OwnSpikes(NamedTuple):
    """The spikes of the trials of a layer by trial, block and time, and the decays of its events."""

    start: NDArray[np.int32]  # (trials * (blocks + 1),): first of each block, from the first of the trial
    spikes: NDArray[np.void]  # (trials * most spikes,)
    later: NDArray[np.void]  # (trials * capacity,)


class OwnWindows(NamedTuple):
    """The spikes of one block, in the order of time; ``released`` is their window, counted from 0."""

    begin: NDArray[np.int64]  # (trials,): the first of each trial
    end: NDArray[np.int64]  # (trials,)
    spikes: NDArray[np.void]  # those of all blocks, copies; or of size 0, if they are not listed


NOT_LISTED = OwnWindows(np.empty(0, np.int64), np.empty(0, np.int64), np.recarray(0, SPIKE))
"""Of layers of few blocks."""


class WindowLists(NamedTuple):
    """The spikes of the trials of a layer by trial, block and time."""

    start: NDArray[np.int64]  # ((blocks + 1) * trials,): the first of each block in each trial, and one after the last
    spikes: NDArray[np.void]  # (trials * most spikes,)

    def of_block(self, block: int, trials: int) -> OwnWindows:
        """Return the lists of a block; views."""
        begin, end = self.start.reshape(-1, trials)[block : block + 2]
        return OwnWindows(begin, end, self.spikes)


def allocate_windows(trials: int, blocks: int, spikes: int) -> WindowLists:
    """Return uninitialised arrays."""
    return WindowLists(np.empty((blocks + 1) * trials, np.int64), np.recarray(spikes, SPIKE))


def allocate_own(trials: int, blocks: int, spikes: int, events: int) -> OwnSpikes:
    """Return uninitialised arrays."""
    start = np.empty(trials * (blocks + 1), np.int32)
    return OwnSpikes(start, np.recarray(spikes, _OWN), np.recarray(events, _LATER))


OWN_SPIKES = numba.typeof(allocate_own(1, 1, 1, 1))
"""Type of `OwnSpikes` in kernels."""

OWN_WINDOWS = numba.typeof(NOT_LISTED)
"""Type of `OwnWindows` in kernels."""

_WINDOW_LISTS = numba.typeof(allocate_windows(1, 1, 1))


def never_fades(constants: LayerConstants) -> bool:
    """Whether decays over a whole trial stay so large that sums need not be brought up to date on the way."""
    return bool(constants.trial_duration <= _LONGEST * constants.tau_syn)


@kernel(int64, int64, LAYER_TRIALS, int64, OWN_SPIKES, fastmath=FLOAT_FLAGS)
def list_own_spikes(first: int, last: int, layer: LayerTrials, block: int, own: OwnSpikes) -> None:
    """Fill in everything for blocks of so many neurons, in trials ``first`` to before ``last`` of a layer of one site.

    Neurons have no refractory periods.
    """
    groups, spikes, start, later = layer.groups, layer.spikes, own.start, own.later
    width, one, lanes = row_width(layer), np.float32(1.0), _index(block)
    blocks, most = (width + lanes - _ONE) // lanes, _index(spikes.size) // _index(layer.places.size)
    for trial in range(_index(first), _index(last)):
        event0, group0, spike0 = first_event(layer, trial), first_group(layer, trial), first_spike(layer, trial)
        start0, n = trial * (blocks + _ONE), spike_count(layer, trial)
        for k in range(blocks + _ONE):
            start[start0 + k] = 0
        for k in range(n):
            start[start0 + _index(spikes[spike0 + k].unit) // lanes] += 1
        total = np.int32(0)
        for k in range(blocks + _ONE):
            total += start[start0 + k]
            start[start0 + k] = total  # where the next begins, until it is filled in from its end
        decay_syn, decay_m, at = one, one, spike0 + n
        group = group0 + _index(layer.places[trial].n_groups)
        while group > group0:
            group -= _ONE
            decay_syn *= groups[group].decay_syn
            decay_m *= groups[group].decay_m
            until = groups[group + _ONE].start
            for event in range(event0 + _index(groups[group].start), event0 + _index(until)):
                later[event].syn, later[event].m = decay_syn, decay_m
            begin = spike0 + (_index(groups[group - _ONE].stop) if group > group0 else _ZERO)
            if at == begin:
                continue
            per_syn, per_m = one / decay_syn, one / decay_m
            while at > begin:
                at -= _ONE
                k = start0 + _index(spikes[at].unit) // lanes
                start[k] -= np.int32(1)
                to = trial * most + _index(start[k])
                own.spikes[to].spike, own.spikes[to].until = np.int32(at - spike0), until
                own.spikes[to].per_syn, own.spikes[to].m, own.spikes[to].per_m = per_syn, decay_m, per_m


@kernel(int64, int64, LAYER_TRIALS, int64, _WINDOW_LISTS)
def list_own_windows(first: int, last: int, layer: LayerTrials, block: int, lists: WindowLists) -> None:
    """Fill in everything for blocks of so many neurons, in trials ``first`` to before ``last`` of a layer of one site.

    Neurons have no refractory periods.
    """
    groups, spikes, start, own = layer.groups, layer.spikes, lists.start, lists.spikes
    trials, lanes = _index(layer.places.size), _index(block)
    blocks, most = (row_width(layer) + lanes - _ONE) // lanes, _index(spikes.size) // trials
    for trial in range(_index(first), _index(last)):
        group0, spike0, n = first_group(layer, trial), first_spike(layer, trial), spike_count(layer, trial)
        for k in range(blocks + _ONE):
            start[k * trials + trial] = 0
        for spike in range(spike0, spike0 + n):
            start[_index(spikes[spike].unit) // lanes * trials + trial] += 1
        total = np.int64(trial * most)
        for k in range(blocks + _ONE):
            total += start[k * trials + trial]
            start[k * trials + trial] = total  # where the next begins, until it is filled in from its end
        window, at = _index(layer.places[trial].n_groups), spike0 + n
        while at > spike0:
            at -= _ONE
            while window > _ONE and spike0 + _index(groups[group0 + window - _index(2)].stop) > at:
                window -= _ONE
            of_block = _index(spikes[at].unit) // lanes * trials + trial
            start[of_block] -= 1
            own[_index(start[of_block])] = spikes[at]
            own[_index(start[of_block])].released = window - _ONE
