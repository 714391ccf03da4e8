"""When each unit below a layer reached it: what makes many spikes of one unit cheap on the way back.

Inputs on a time grid come in few groups of many events. Then the gradient of a row is the sum of what the groups in
which its unit arrived stand for, eight of them a pass over the row, where one event at a time would take a pass each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, int64

from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.support.jit import jit, kernel

if TYPE_CHECKING:
    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["merged", "most_merged_groups", "sort_by_unit"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ONE = np.uint64(1)

_MANY = np.uint64(4)
"""Events a group, from which it pays."""


@jit(inline="always")
def _event_count(layer: LayerTrials, trial: np.uint64) -> np.uint64:
    """Return how many spikes arrive at a layer in a trial."""
    group0 = trial * (_index(layer.events.size // layer.n_groups.size) + _ONE)
    return _index(layer.groups[group0 + _index(layer.n_groups[trial])].start)


@jit(inline="always")
def merged(layer: LayerTrials, trial: np.uint64) -> bool:
    """Whether the events of a trial come in few groups; nothing but the trial itself decides."""
    return bool(_event_count(layer, trial) >= _MANY * _index(layer.n_groups[trial]))


@kernel(int64, int64, boolean, LAYER_TRIALS)
def sort_by_unit(first: int, last: int, every: bool, layer: LayerTrials) -> None:
    """Fill in which groups each unit arrived in, for trials ``first`` to before ``last`` that are `merged`, or all."""
    trials = layer.n_groups.size
    capacity, units = _index(layer.events.size // trials), _index(layer.unit_start.size // trials) - _ONE
    events, groups, start, of_unit = layer.events, layer.groups, layer.unit_start, layer.unit_groups
    for trial in range(_index(first), _index(last)):
        if not (every or merged(layer, trial)):
            continue
        event0, group0, unit0 = trial * capacity, trial * (capacity + _ONE), trial * (units + _ONE)
        n, n_groups = _event_count(layer, trial), _index(layer.n_groups[trial])
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


@kernel(int64, LAYER_TRIALS)
def most_merged_groups(n_trials: int, layer: LayerTrials) -> int:
    """Return the most groups of any trial that is `merged`, or 0 if none is."""
    most = 0
    for trial in range(_index(n_trials)):
        if merged(layer, trial):
            most = max(most, layer.n_groups[trial])
    return most
