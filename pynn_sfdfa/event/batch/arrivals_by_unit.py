"""When each unit below a layer reached it: what makes many spikes of one unit cheap on the way back.

Inputs on a time grid come in few groups of many events. Then the gradient of a row is the sum of what the groups in
which its unit arrived stand for, eight of them a pass over the row, where one event at a time would take a pass each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, int64

from pynn_sfdfa.event.batch.places import event_count, first_event, first_group
from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.support.jit import jit, kernel

if TYPE_CHECKING:
    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["merged", "sort_by_unit"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ONE = np.uint64(1)

_MANY = np.uint64(4)
"""Events a group, from which it pays."""


@jit(inline="always")
def merged(layer: LayerTrials, place: np.uint64) -> bool:
    """Whether the events of a place come in few groups; nothing but the trial itself decides."""
    return bool(event_count(layer, place) >= _MANY * _index(layer.places[place].n_groups))


@kernel(int64, int64, boolean, LAYER_TRIALS)
def sort_by_unit(first: int, last: int, every: bool, layer: LayerTrials) -> int:
    """Fill in which groups each unit arrived in, for places ``first`` to before ``last`` that are `merged`, or all.

    Return the most groups of any of them that is `merged`, or 0 if none is.
    """
    most = np.int32(0)
    units = _index(layer.unit_start.size // layer.places.size) - _ONE
    events, groups, start, of_unit = layer.events, layer.groups, layer.unit_start, layer.unit_groups
    for place in range(_index(first), _index(last)):
        if merged(layer, place):
            most = max(most, layer.places[place].n_groups)
        elif not every:
            continue
        event0, group0, unit0 = first_event(layer, place), first_group(layer, place), place * (units + _ONE)
        n, n_groups = event_count(layer, place), _index(layer.places[place].n_groups)
        for unit in range(unit0, unit0 + units + _ONE):
            start[unit] = 0
        for event in range(event0, event0 + n):
            start[unit0 + _index(events[event].unit)] += 1
        total = 0
        for unit in range(unit0, unit0 + units + _ONE):
            count, start[unit] = start[unit], total
            total += count
        for group in range(n_groups):
            for event in range(_index(groups[group0 + group].start), _index(groups[group0 + group + _ONE].start)):
                at = unit0 + _index(events[event0 + event].unit)
                of_unit[event0 + _index(start[at])] = group
                start[at] += 1
        for k in range(units):  # filling in has moved each to where the next begins
            start[unit0 + units - k] = start[unit0 + units - k - _ONE]
        start[unit0] = 0
    return int(most)
