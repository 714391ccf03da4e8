"""Exact error backpropagation through spike times, from one layer to the spikes of the layer below.

Section 7 of the reference. The walk backwards through a trial is that of backward.py; here each arrival takes from the
accumulators how the loss changes with the time at which it arrives, ``sum_i w_ij (S1_i/tau_syn - S2_i/tau_m)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.records import flat_arrivals, flat_spikes
from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["backpropagate", "slope"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@jit(fastmath=FLOAT_FLAGS | {"reassoc"})
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


@jit(fastmath=FLOAT_FLAGS)
def _backpropagate_trial(
    trial: int,
    weights: NDArray[np.float32],
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    below: NDArray[np.float32],
) -> None:
    """Set the errors of the spikes below in one trial; all arrays are flat here."""
    width = _index(S1.size)
    cell = _index(trial) * width
    events = _index(arrivals.unit.size // arrivals.n_groups.size)
    event0, group0 = _index(trial) * events, _index(trial) * (events + _ONE)
    spike0 = cell * _index(constants.max_spikes)
    coupling = constants.c / constants.tau_m
    one, zero = np.float32(1.0), np.float32(0.0)
    S1[:] = zero
    S2[:] = zero
    for event in range(events):  # as many as there may be spikes below; those that arrive too late have no error
        below[event0 + event] = zero
    group = _index(arrivals.n_groups[trial])
    n = spike0 + _index(spikes.stop[event0 + group - _ONE]) if group > _ZERO else spike0
    while group > _ZERO:
        group -= _ONE
        decay_syn, decay_m = arrivals.decay_syn[event0 + group], arrivals.decay_m[event0 + group]
        for lane in range(width):
            S1[lane] *= decay_syn
            S2[lane] *= decay_m
        first_spike = spike0 + _index(spikes.stop[event0 + group - _ONE]) if group > _ZERO else spike0
        while n > first_spike:
            n -= _ONE
            target = _index(spikes.unit[n])
            delta = error[cell + target] + (spikes.error[n] if of_spikes else zero)
            gamma = spikes.factor[n] * (delta + coupling * S2[target] / spikes.since_m[n])
            S1[target] += gamma * spikes.since_syn[n]
            S2[target] += gamma * spikes.since_m[n]
        for event in range(
            event0 + _index(arrivals.start[group0 + group]), event0 + _index(arrivals.start[group0 + group + _ONE])
        ):
            row = _index(arrivals.unit[event]) * width
            below[event0 + _index(arrivals.source[event])] = slope(
                weights, row, S1, S2, one / constants.tau_syn, one / constants.tau_m
            )


@jit(nogil=True)
def backpropagate(
    first: int,
    last: int,
    weights: NDArray[np.float32],
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    below: Spikes,
) -> None:
    """Set the error of every spike of the layer below, for trials ``first`` to before ``last``.

    Parameters
    ----------
    weights : float32, shape (n_pre, width)
        With which the trials were run.
    arrivals, spikes, constants
        Of the layer that is propagated through.
    error : float32, shape (trials, width)
        Error of each neuron of that layer in each trial.
    of_spikes : bool
        Whether the spikes of that layer have errors of their own too, set by an earlier call.
    below : Spikes
        Of the layer below; its ``error`` is set.
    """
    width = weights.shape[1]
    S1, S2 = np.empty(width, np.float32), np.empty(width, np.float32)
    arriving, leaving = flat_arrivals(arrivals), flat_spikes(spikes)
    rows, errors, out = weights.reshape(-1), error.reshape(-1), below.error.reshape(-1)
    for trial in range(first, last):
        _backpropagate_trial(trial, rows, arriving, leaving, errors, of_spikes, constants, S1, S2, out)
