"""Exact error backpropagation through spike times, from one layer to the spikes of the layer below.

docs/algorithm.md, section 7. The walk backwards through a trial is that of weight_gradients.py; here each arrival takes
from the accumulators how the loss changes with the time at which it arrives,
``sum_i w_ij (S1_i/tau_syn - S2_i/tau_m)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.event.batch.walk import take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["release_count", "slope", "spike_count", "spike_errors_through_weights"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@jit(inline="always")
def spike_count(layer: LayerTrials, trial: np.uint64) -> np.uint64:
    """Return how many spikes a layer has fired in a trial."""
    groups = _index(layer.n_groups[trial])
    return _index(layer.groups[_last_group(layer, trial)].stop) if groups > _ZERO else _ZERO


@jit(inline="always")
def release_count(layer: LayerTrials, trial: np.uint64) -> np.uint64:
    """Return how many refractory periods have ended in a trial."""
    groups = _index(layer.n_groups[trial])
    return _index(layer.groups[_last_group(layer, trial)].released) if groups > _ZERO else _ZERO


@jit(inline="always")
def _last_group(layer: LayerTrials, trial: np.uint64) -> np.uint64:
    return trial * (_index(layer.events.size // layer.n_groups.size) + _ONE) + _index(layer.n_groups[trial]) - _ONE


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
    total = np.float32(0.0)
    for lane in range(_index(S1.size)):
        total += weights[row + lane] * (S1[lane] * scale1 - S2[lane] * scale2)
    return total


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _through_weights(
    trial: np.uint64,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    below: LayerTrials,
) -> None:
    """Set the errors of the spikes below in one trial."""
    events, groups, spikes_below = layer.events, layer.groups, below.spikes
    width, capacity = _index(S1.size), _index(events.size // layer.n_groups.size)
    cell = trial * width
    # There are as many events as there may be spikes below.
    event0, group0 = trial * capacity, trial * (capacity + _ONE)
    one, zero = np.float32(1.0), np.float32(0.0)
    S1[:] = zero
    S2[:] = zero
    carry[:] = zero
    for spike in range(event0, event0 + spike_count(below, trial)):  # those that arrive too late have no error
        spikes_below[spike].error = zero
    group = group0 + _index(layer.n_groups[trial])
    while group > group0:
        group -= _ONE
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        for lane in range(width):
            S1[lane] *= decay_syn
            S2[lane] *= decay_m
        take_window(trial, group, _ZERO, layer, error, cell, of_spikes, False, constants, one, one, S1, S2, carry)
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = _index(events[event].unit) * width
            spikes_below[event0 + _index(events[event].source)].error = slope(
                weights, row, S1, S2, one / constants.tau_syn, one / constants.tau_m
            )


@kernel(
    *(int64, int64, float32[::1], LAYER_TRIALS, float32[::1], boolean, LAYER_CONSTANTS),
    *(float32[::1], float32[::1], float32[::1], LAYER_TRIALS),
    fastmath=FLOAT_FLAGS,
)
def spike_errors_through_weights(
    first: int,
    last: int,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    below: LayerTrials,
) -> None:
    """Set the error of every spike of the layer below, for trials ``first`` to before ``last``.

    Parameters
    ----------
    weights : float32, shape (n_pre * width,)
        With which the trials were run.
    layer, constants
        Of the layer that is propagated through.
    error : float32, shape (trials * width,)
        Error of each neuron of that layer in each trial.
    of_spikes : bool
        Whether the spikes of that layer have errors of their own too, set by an earlier call.
    S1, S2, carry : float32, shape (width,)
        Scratch space.
    below
        The layer below; the ``error`` of its spikes is set.
    """
    for trial in range(_index(first), _index(last)):
        _through_weights(trial, weights, layer, error, of_spikes, constants, S1, S2, carry, below)
