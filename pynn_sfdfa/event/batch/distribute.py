"""From spikes to arrivals at many sites: each spike is dealt out to the sites that it reaches, in the order of time.

docs/algorithm.md, section 9. The spikes of a trial are sorted once; then the arrivals of each site are counted, which
says where they begin, and every spike is written to its sites in turn, so that each has its arrivals sorted. Their
times are written next to each other: kept in groups, which are seven times as long, they would not stay in the cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.arrive import INPUTS, group_events
from pynn_sfdfa.event.batch.places import first_event, first_group, spikes_of_trial
from pynn_sfdfa.event.batch.radix import sort_spikes
from pynn_sfdfa.event.batch.reach import REACH
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.arrive import Inputs
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
    fired: NDArray[np.int64]  # (most patterns of a layer,): spikes of the units of each; 0 between trials
    times: NDArray[np.float32]  # (most arrivals of a trial,): of each, from that of the trial


def allocate_deal(most_spikes: int, sites: int, units: int, patterns: int, arrivals: int) -> Deal:
    """Return space for so many spikes of a trial, by so many units, and for sites, patterns and arrivals above them."""
    order, spare = np.empty((2, most_spikes), np.uint64)
    next_, seen = np.empty(sites, np.int64), np.empty(units, np.int64)
    fired, times = np.zeros(patterns, np.int64), np.empty(arrivals, np.float32)
    return Deal(order, spare, np.empty(1 << 11, np.int32), next_, seen, fired, times)


DEAL = numba.typeof(allocate_deal(1, 1, 1, 1, 1))


@jit(inline="always")
def _capacity(out: LayerTrials) -> int:
    """Return how many arrivals there is space for in a trial."""
    return out.events.size // (out.places.size // out.sites)


@jit(inline="always")
def _begin(trial: np.uint64, reach: Reach, deal: Deal, out: LayerTrials) -> int:
    """From how many spikes each pattern has, set where the arrivals of each site begin.

    Return how many there are, if there is no space.
    """
    sites, capacity, next_ = _index(out.sites), _capacity(out), deal.next
    next_[:] = 0
    for pattern in range(_index(reach.offsets.size - 1)):
        number, deal.fired[pattern] = deal.fired[pattern], 0
        if number > 0:
            for k in range(_index(reach.offsets[pattern]), _index(reach.offsets[pattern + _ONE])):
                next_[_index(reach.targets[k].site)] += number
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
    event0, next_ = trial * _index(_capacity(out)), deal.next
    first = deal.seen[unit] <= np.int64(trial)
    deal.seen[unit] = np.int64(trial) + 1
    pattern, row = _index(reach.units[unit].pattern), reach.units[unit].row
    for k in range(_index(reach.offsets[pattern]), _index(reach.offsets[pattern + _ONE])):
        site = _index(reach.targets[k].site)
        at = _index(next_[site])
        next_[site] += 1
        deal.times[at - event0] = time
        out.events[at].unit = row + reach.targets[k].row
        out.events[at].source = source
        out.events[at].grade = grade
        out.events[at].first = first


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _group(trial: np.uint64, constants: LayerConstants, deal: Deal, out: LayerTrials) -> None:
    """Make groups of the arrivals of every site."""
    sites, event0 = _index(out.sites), trial * _index(_capacity(out))
    for site in range(sites):
        place = trial * sites + site
        first, group = first_event(out, place), first_group(out, place)
        n = _index(deal.next[site]) - first
        out.places[place].n_groups = group_events(deal.times, first - event0, n, out.groups, group, constants)


@kernel(int64, int64, INPUTS, LAYER_CONSTANTS, REACH, DEAL, LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def distribute_inputs(
    first: int,
    last: int,
    inputs: Inputs,
    constants: LayerConstants,
    reach: Reach,
    deal: Deal,
    out: LayerTrials,
) -> int:
    """Lay out the input spikes of trials ``first`` to before ``last`` at the sites of a layer.

    Return 0, or the arrivals of a trial if there is no space for so many.
    """
    times, units, offsets, samples = inputs
    deal.seen[:] = 0
    for trial in range(_index(first), _index(last)):
        spike0, end = _index(offsets[samples[trial]]), _index(offsets[samples[trial] + 1])
        for spike in range(spike0, end):
            deal.fired[_index(reach.units[_index(units[spike])].pattern)] += 1
        missing: int = _begin(trial, reach, deal, out)
        if missing > 0:
            return missing
        for spike in range(spike0, end):
            _put(trial, _index(units[spike]), _ZERO, times[spike], np.float32(0.0), reach, deal, out)
        _group(trial, constants, deal, out)
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
        for k in range(n):
            deal.fired[_index(reach.units[_index(spikes[spike0 + k].unit)].pattern)] += 1
        missing: int = _begin(trial, reach, deal, out)
        if missing > 0:
            return missing
        sort_spikes(spikes, spike0, n, deal.order, deal.spare, deal.buckets)
        for k in range(n):
            source = deal.order[k]
            spike = spikes[spike0 + source]
            _put(trial, _index(spike.unit), source, spike.time, spike.grade, reach, deal, out)
        _group(trial, constants, deal, out)
    return _ENOUGH
