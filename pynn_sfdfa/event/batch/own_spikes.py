"""The spikes of each block of neurons by themselves, and how far everything has decayed when events are replayed.

A block that looks for its own spikes among those of all neurons looks at each of them, so that the time it takes grows
with the square of the layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width, spike_count
from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["OWN_SPIKES", "OwnSpikes", "allocate_own", "list_own_spikes", "never_fades"]

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


def allocate_own(trials: int, blocks: int, spikes: int, events: int) -> OwnSpikes:
    """Return uninitialised arrays."""
    start = np.empty(trials * (blocks + 1), np.int32)
    return OwnSpikes(start, np.recarray(spikes, _OWN), np.recarray(events, _LATER))


OWN_SPIKES = numba.typeof(allocate_own(1, 1, 1, 1))
"""Type of `OwnSpikes` in kernels."""


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
