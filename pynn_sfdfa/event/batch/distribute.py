"""From spikes to arrivals at many sites: each spike is dealt out to the sites that it reaches, in the order of time.

docs/algorithm.md, section 9. The spikes of a trial are sorted once; then the arrivals of each site are counted, which
says where they begin, and every spike is written to its sites in turn, so that each has its arrivals sorted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import float32, int32, int64

from pynn_sfdfa.event.batch.arrive import group_events
from pynn_sfdfa.event.batch.places import first_event, first_group, spikes_of_trial
from pynn_sfdfa.event.batch.radix import sort_spikes
from pynn_sfdfa.event.batch.reach import REACH
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.reach import Reach
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["DEAL", "Deal", "allocate_deal", "distribute_inputs", "distribute_spikes"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_ENOUGH = 0


class Deal(NamedTuple):
    """Space for the spikes of a trial in the order of time."""

    order: NDArray[np.uint64]  # (most spikes of a trial,)
    spare: NDArray[np.uint64]  # the same
    buckets: NDArray[np.int32]  # those of `sort_keys`
    next: NDArray[np.int64]  # (most sites of a layer,): where their next arrivals go
    seen: NDArray[np.int64]  # (most units of a layer,): the last trial in which each has fired, from 1


def allocate_deal(most_spikes: int, sites: int, units: int) -> Deal:
    """Return space for so many spikes of a trial, by so many units, and sites above them."""
    order, spare = np.empty((2, most_spikes), np.uint64)
    return Deal(order, spare, np.empty(1 << 11, np.int32), np.empty(sites, np.int64), np.empty(units, np.int64))


DEAL = numba.typeof(allocate_deal(1, 1, 1))


@jit(inline="always")
def _count(unit: np.uint64, reach: Reach, next_: NDArray[np.int64]) -> None:
    for k in range(_index(reach.offsets[unit]), _index(reach.offsets[unit + _ONE])):
        next_[_index(reach.targets[k].site)] += 1


@jit(inline="always")
def _begin(trial: np.uint64, next_: NDArray[np.int64], out: LayerTrials) -> int:
    """From how many arrivals each site has, set where they begin; return how many there are, if there is no space."""
    sites, capacity = _index(out.sites), out.events.size // (out.places.size // out.sites)
    total = np.int64(0)
    for site in range(sites):
        number, next_[site] = next_[site], np.int64(trial) * capacity + total
        out.places[trial * sites + site].event = next_[site]
        total += number
    return int(total) if total > capacity else _ENOUGH


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _put(
    trial: np.uint64,
    unit: np.uint64,
    source: np.uint64,
    time: np.float32,
    grade: np.float32,
    reach: Reach,
    deal: Deal,
    out: LayerTrials,
) -> None:
    """Write a spike to the sites that it reaches."""
    place0, next_ = trial * _index(out.sites), deal.next
    first = deal.seen[unit] <= np.int64(trial)
    deal.seen[unit] = np.int64(trial) + 1
    for k in range(_index(reach.offsets[unit]), _index(reach.offsets[unit + _ONE])):
        site = _index(reach.targets[k].site)
        at = _index(next_[site])
        next_[site] += 1
        out.events[at].unit = reach.targets[k].row
        out.events[at].source = source
        out.events[at].grade = grade
        out.events[at].first = first
        out.groups[at + place0 + site].time = time


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _group(trial: np.uint64, constants: LayerConstants, next_: NDArray[np.int64], out: LayerTrials) -> None:
    """Make groups of the arrivals of every site."""
    sites = _index(out.sites)
    for site in range(sites):
        place = trial * sites + site
        n = _index(next_[site]) - first_event(out, place)
        out.places[place].n_groups = group_events(out.groups, first_group(out, place), n, constants)


@kernel(
    *(int64, int64, float32[::1], int32[::1], int64[::1], int64[::1], LAYER_CONSTANTS, REACH, DEAL, LAYER_TRIALS),
    fastmath=FLOAT_FLAGS,
)
def distribute_inputs(
    first: int,
    last: int,
    times: NDArray[np.float32],
    units: NDArray[np.int32],
    offsets: NDArray[np.int64],
    samples: NDArray[np.int64],
    constants: LayerConstants,
    reach: Reach,
    deal: Deal,
    out: LayerTrials,
) -> int:
    """Lay out the input spikes of trials ``first`` to before ``last`` at the sites of a layer.

    Trial k shows ``samples[k]``. Return 0, or the arrivals of a trial if there is no space for so many.
    """
    deal.seen[:] = 0
    for trial in range(_index(first), _index(last)):
        spike0, end = _index(offsets[samples[trial]]), _index(offsets[samples[trial] + 1])
        deal.next[:] = 0
        for spike in range(spike0, end):
            _count(_index(units[spike]), reach, deal.next)
        missing: int = _begin(trial, deal.next, out)
        if missing > 0:
            return missing
        for spike in range(spike0, end):
            _put(trial, _index(units[spike]), _ZERO, times[spike], np.float32(0.0), reach, deal, out)
        _group(trial, constants, deal.next, out)
    return _ENOUGH


@kernel(int64, int64, LAYER_TRIALS, LAYER_CONSTANTS, REACH, DEAL, LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def distribute_spikes(
    first: int,
    last: int,
    below: LayerTrials,
    constants: LayerConstants,
    reach: Reach,
    deal: Deal,
    out: LayerTrials,
) -> int:
    """Lay out the spikes of one layer, ``below``, at the sites of the next, for trials ``first`` to before ``last``.

    ``constants`` are those of the next layer. Return 0, or the arrivals of a trial if there is no space for so many.
    """
    spikes = below.spikes
    deal.seen[:] = 0
    for trial in range(_index(first), _index(last)):
        spike0, n = spikes_of_trial(below, trial)
        deal.next[:] = 0
        for k in range(n):
            _count(_index(spikes[spike0 + k].unit), reach, deal.next)
        missing: int = _begin(trial, deal.next, out)
        if missing > 0:
            return missing
        sort_spikes(spikes, spike0, n, deal.order, deal.spare, deal.buckets)
        for k in range(n):
            source = deal.order[k]
            spike = spikes[spike0 + source]
            _put(trial, _index(spike.unit), source, spike.time, spike.grade, reach, deal, out)
        _group(trial, constants, deal.next, out)
    return _ENOUGH
