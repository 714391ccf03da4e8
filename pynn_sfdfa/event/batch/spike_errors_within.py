"""Errors of the spikes of a recurrent layer by what they do within it: exact backpropagation through time.

docs/algorithm.md, section 12. A spike of the layer arrives at the layer itself, later; so on one walk backwards the
error of every spike is complete before the spike itself is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int64

from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width, spike_count
from pynn_sfdfa.event.batch.replayed import ACCUMULATORS, REPLAYED, Replayed, clear, decay
from pynn_sfdfa.event.batch.spike_errors_through_weights import slope
from pynn_sfdfa.event.batch.walk import Walk, take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.replayed import Accumulators

__all__ = ["spike_errors_within"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ONE = np.uint64(1)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _within(
    trial: np.uint64, weights: NDArray[np.float32], n_below: np.uint64, what: Replayed, sums: Accumulators
) -> None:
    """Add to the errors of the spikes of one trial."""
    layer, constants, error, of_spikes = what
    S1, S2 = sums.S1, sums.S2
    events, groups, spikes = layer.events, layer.groups, layer.spikes
    width = row_width(layer)
    event0, group0, spike0 = first_event(layer, trial), first_group(layer, trial), first_spike(layer, trial)
    one, zero = np.float32(1.0), np.float32(0.0)
    if not of_spikes:
        for spike in range(spike0, spike0 + spike_count(layer, trial)):
            spikes[spike].error = zero
    clear(sums)
    walk = Walk(trial, _index(0), Replayed(layer, constants, error, True), trial * width, False)
    group = group0 + _index(layer.places[trial].n_groups)
    while group > group0:
        group -= _ONE
        decay(groups[group].decay_syn, groups[group].decay_m, sums)
        take_window(group, walk, one, one, sums)
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = _index(events[event].unit)
            if row >= n_below:
                spikes[spike0 + _index(-1 - events[event].source)].error += slope(
                    weights, row * width, S1, S2, one / constants.tau_syn, one / constants.tau_m
                )


@kernel(int64, int64, float32[::1], int64, REPLAYED, ACCUMULATORS, fastmath=FLOAT_FLAGS)
def spike_errors_within(
    first: int, last: int, weights: NDArray[np.float32], n_below: int, what: Replayed, sums: Accumulators
) -> None:
    """Add to the error of every spike of a recurrent layer what it does within it, for trials ``first`` to ``last``.

    The last trial is the one before ``last``.

    Parameters
    ----------
    weights : float32, shape ((n_below + neurons) * width,)
        With which the trials were run.
    n_below : int
        Rows of what arrives from below.
    what
        The ``error`` of its spikes is changed; if they have none of their own, it is 0 before.
    sums
        For the neurons of a trial.
    """
    for trial in range(_index(first), _index(last)):
        _within(trial, weights, _index(n_below), what, sums)
