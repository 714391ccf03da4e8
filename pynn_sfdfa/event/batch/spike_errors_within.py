"""Errors of the spikes of a recurrent layer by what they do within it: exact backpropagation through time.

docs/algorithm.md, section 12. A spike of the layer arrives at the layer itself, later; so on one walk backwards the
error of every spike is complete before the spike itself is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.places import first_event, first_group, first_spike, row_width, spike_count
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.event.batch.spike_errors_through_weights import slope
from pynn_sfdfa.event.batch.walk import take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["spike_errors_within"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ONE = np.uint64(1)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _within(
    trial: np.uint64,
    weights: NDArray[np.float32],
    n_below: np.uint64,
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
) -> None:
    """Add to the errors of the spikes of one trial."""
    events, groups, spikes = layer.events, layer.groups, layer.spikes
    width = row_width(layer)
    event0, group0, spike0 = first_event(layer, trial), first_group(layer, trial), first_spike(layer, trial)
    one, zero = np.float32(1.0), np.float32(0.0)
    if not of_spikes:
        for spike in range(spike0, spike0 + spike_count(layer, trial)):
            spikes[spike].error = zero
    S1[:] = zero
    S2[:] = zero
    carry[:] = zero
    group = group0 + _index(layer.places[trial].n_groups)
    while group > group0:
        group -= _ONE
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        for lane in range(width):
            S1[lane] *= decay_syn
            S2[lane] *= decay_m
        take_window(
            trial, group, _index(0), layer, error, trial * width, True, False, constants, one, one, S1, S2, carry
        )
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = _index(events[event].unit)
            if row >= n_below:
                spikes[spike0 + _index(-1 - events[event].source)].error += slope(
                    weights, row * width, S1, S2, one / constants.tau_syn, one / constants.tau_m
                )


@kernel(
    *(int64, int64, float32[::1], int64, LAYER_TRIALS, float32[::1], boolean, LAYER_CONSTANTS),
    *(float32[::1], float32[::1], float32[::1]),
    fastmath=FLOAT_FLAGS,
)
def spike_errors_within(
    first: int,
    last: int,
    weights: NDArray[np.float32],
    n_below: int,
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
) -> None:
    """Add to the error of every spike of a recurrent layer what it does within it, for trials ``first`` to ``last``.

    The last trial is the one before ``last``.

    Parameters
    ----------
    weights : float32, shape ((n_below + neurons) * width,)
        With which the trials were run.
    n_below : int
        Rows of what arrives from below.
    layer
        The ``error`` of its spikes is changed.
    error : float32, shape (trials * width,)
        Error of each neuron in each trial.
    of_spikes : bool
        Whether its spikes have errors of their own already; if not, they are 0.
    S1, S2, carry : float32, shape (width,)
        Scratch space.
    """
    for trial in range(_index(first), _index(last)):
        _within(trial, weights, _index(n_below), layer, error, of_spikes, constants, S1, S2, carry)
