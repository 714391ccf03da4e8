"""Where the records of a place, a site of a layer in a trial, lie among those of all places of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = [
    "event_count",
    "first_event",
    "first_group",
    "first_spike",
    "release_count",
    "row_width",
    "spike_count",
    "spikes_of_trial",
]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@jit(inline="always")
def first_event(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return the first event of a place."""
    return _index(layer.places[place].event)


@jit(inline="always")
def first_group(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return the first group of a place: every place has one more group than its events may need."""
    return _index(layer.places[place].event) + place


@jit(inline="always")
def first_spike(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return the first spike of a place, and the first release, if neurons have refractory periods."""
    return _index(layer.places[place].spike)


@jit(inline="always")
def row_width(layer: LayerTrials) -> np.uint64:
    """Return how many neurons a site has, with those that pad the row."""
    return _index(layer.counts.size // layer.places.size)


@jit(inline="always")
def spike_count(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return how many spikes there are at a place."""
    groups = _index(layer.places[place].n_groups)
    return _index(layer.groups[first_group(layer, place) + groups - _ONE].stop) if groups > _ZERO else _ZERO


@jit(inline="always")
def release_count(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return how many refractory periods have ended at a place."""
    groups = _index(layer.places[place].n_groups)
    return _index(layer.groups[first_group(layer, place) + groups - _ONE].released) if groups > _ZERO else _ZERO


@jit(inline="always")
def spikes_of_trial(layer: LayerTrials, trial: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the first spike of a trial, and how many there are at all sites together."""
    sites = _index(layer.sites)
    first, last = first_spike(layer, trial * sites), trial * sites + sites - _ONE
    return first, first_spike(layer, last) + spike_count(layer, last) - first


@jit(inline="always")
def event_count(layer: LayerTrials, place: np.uint64) -> np.uint64:
    """Return how many spikes arrive at a place."""
    return _index(layer.groups[first_group(layer, place) + _index(layer.places[place].n_groups)].start)
