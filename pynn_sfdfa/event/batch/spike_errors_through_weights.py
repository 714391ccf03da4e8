"""Exact error backpropagation through spike times, from one layer to the spikes of the layer below.

docs/algorithm.md, section 7. The walk backwards through a trial is that of weight_gradients.py; here each arrival takes
from the accumulators how the loss changes with the time at which it arrives,
``sum_i w_ij (S1_i/tau_syn - S2_i/tau_m)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int64

from pynn_sfdfa.event.batch.errors_of_arrivals import Way, errors_of_arrivals
from pynn_sfdfa.event.batch.lanes import STEP, load, scaled, store
from pynn_sfdfa.event.batch.places import first_event, first_group, spikes_of_trial
from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.event.batch.replayed import ACCUMULATORS, REPLAYED, clear
from pynn_sfdfa.event.batch.walk import Walk, anything_within, take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerTrials
    from pynn_sfdfa.event.batch.replayed import Accumulators, Replayed

__all__ = ["slope", "spike_errors_through_weights"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@subroutine(fastmath=FLOAT_FLAGS | {"reassoc"})
def slope(
    weights: NDArray[np.float32],
    row: np.uint64,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    scale1: np.float32,
    scale2: np.float32,
) -> np.float32:
    """Return ``sum_i w_i (S1_i scale1 - S2_i scale2)``; the order of the sum is the compiler's, but always the same."""
    summed = np.float32(0.0)
    for lane in range(_index(S1.size)):
        summed += weights[row + lane] * (S1[lane] * scale1 - S2[lane] * scale2)
    return summed


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _through_weights(
    place: np.uint64,
    below0: np.uint64,
    weights: NDArray[np.float32],
    what: Replayed,
    sums: Accumulators,
    below: LayerTrials,
) -> None:
    """Add to the errors of the spikes below, from ``below0`` on, what they do at one place."""
    layer, constants, S1, S2 = what.layer, what.constants, sums.S1, sums.S2
    groups, width, one = layer.groups, _index(S1.size), np.float32(1.0)
    # Neurons are numbered within a trial, errors in all trials.
    site, cell = place % _index(layer.sites), place * width
    lowest, matrix = site * width, site * _index(layer.own_rows)  # the latter is the row with which its weights begin
    group0 = first_group(layer, place)
    clear(sums)
    walk = Walk(place, lowest, what, cell, False)
    way = Way(first_event(layer, place), group0, matrix, below0, weights, layer, constants, below)
    group = group0 + _index(layer.places[place].n_groups)
    while group > group0 and not anything_within(place, group - _ONE, layer, constants):  # nothing follows: no error
        group -= _ONE
    while group > group0:
        group -= _ONE
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        for lane in range(_ZERO, width, STEP):
            store(S1, lane, scaled(load(S1, lane), decay_syn))
            store(S2, lane, scaled(load(S2, lane), decay_m))
        take_window(group, walk, one, one, sums)
        if not layer.dense:
            group = errors_of_arrivals(place, group, S1, S2, way)
            continue
        events = layer.events
        for event in range(way.event0 + _index(groups[group].start), way.event0 + _index(groups[group + _ONE].start)):
            if events[event].source < 0:  # a spike of the layer itself
                continue
            row = (matrix + _index(events[event].unit)) * width
            change = slope(weights, row, S1, S2, one / constants.tau_syn, one / constants.tau_m)
            below.spikes[below0 + _index(events[event].source)].error += change


@kernel(int64, int64, float32[::1], REPLAYED, ACCUMULATORS, LAYER_TRIALS, fastmath=FLOAT_FLAGS)
def spike_errors_through_weights(
    first: int, last: int, weights: NDArray[np.float32], what: Replayed, sums: Accumulators, below: LayerTrials
) -> None:
    """Set the error of every spike of the layer below, for trials ``first`` to before ``last``.

    Parameters
    ----------
    weights : float32, shape (rows * width,)
        With which the trials were run.
    what
        Of the layer that is propagated through; its spikes may have errors from an earlier call.
    sums
        For the neurons of a site.
    below
        The layer below; the ``error`` of its spikes is set.
    """
    sites = _index(what.layer.sites)
    for trial in range(_index(first), _index(last)):
        below0, n = spikes_of_trial(below, trial)
        for spike in range(below0, below0 + n):  # those that arrive nowhere, or too late, have no error
            below.spikes[spike].error = np.float32(0.0)
        for site in range(sites):
            _through_weights(trial * sites + site, below0, weights, what, sums, below)
