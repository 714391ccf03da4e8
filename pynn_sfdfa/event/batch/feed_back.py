"""Errors of single hidden spikes, from the output spikes that follow them, through feedback weights.

Section 7 of the reference with feedback in place of the forward weights. At the end of a trial each output spike k
stands for ``gamma_k = f_k (e_o + (c/tau_m) S2_o)``, as in the replay of the output layer itself. A hidden neuron takes
the output spikes backwards in time into two accumulators per output neuron, S1 (decays with tau_syn) and S2 (with
tau_m), and the error of its own spike is ``sum_o Bfb[o, i] (S1_o/tau_syn - S2_o/tau_m)``. For the last hidden layer and
feedback that equals the forward weights this is what backpropagation computes; layers below are treated as if their
spikes arrived at the output layer, after the delays on the way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.backpropagate import slope
from pynn_sfdfa.event.batch.order import sort_by_time, spike_count
from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["feed_back"]


@jit(fastmath=FLOAT_FLAGS)
def _decay(since: np.float32, constants: LayerConstants, S1: NDArray[np.float32], S2: NDArray[np.float32]) -> None:
    """Take the accumulators back by a time."""
    decay_m = np.float32(math.exp(-since / constants.tau_m))
    decay_syn = decay_m * decay_m if constants.closed_form else np.float32(math.exp(-since / constants.tau_syn))
    for o in range(S1.size):
        S1[o] *= decay_syn
        S2[o] *= decay_m


@jit(fastmath=FLOAT_FLAGS)
def _feed_back_trial(
    trial: int,
    feedback: NDArray[np.float32],
    fired: NDArray[np.uint64],
    answered: NDArray[np.uint64],
    hidden: Spikes,
    output: Spikes,
    error: NDArray[np.float32],
    delay: np.float32,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
) -> None:
    """Set the errors of the hidden spikes of one trial; ``fired`` and ``answered`` are their and the output's order."""
    one, zero, outputs = np.float32(1.0), np.float32(0.0), np.uint64(S1.size)
    coupling = constants.c / constants.tau_m
    S1[:] = zero
    S2[:] = zero
    now, k = constants.trial_duration, answered.size
    for z in range(fired.size - 1, -1, -1):
        spike = fired[z]
        arrival = hidden.time[trial, spike] + delay
        if arrival > constants.trial_duration:
            hidden.error[trial, spike] = zero
            continue
        while k > 0 and output.time[trial, answered[k - 1]] >= arrival:
            k -= 1
            later = answered[k]
            time, o = output.time[trial, later], output.unit[trial, later]
            _decay(now - time, constants, S1, S2)
            now = time
            gamma = output.factor[trial, later] * (error[trial, o] + coupling * S2[o])
            S1[o] += gamma
            S2[o] += gamma
        _decay(now - arrival, constants, S1, S2)
        now = arrival
        row = np.uint64(hidden.unit[trial, spike]) * outputs
        hidden.error[trial, spike] = slope(feedback, row, S1, S2, one / constants.tau_syn, one / constants.tau_m)


@jit(nogil=True)
def feed_back(
    first: int,
    last: int,
    feedback: NDArray[np.float32],
    below: Arrivals,
    hidden: Spikes,
    above: Arrivals,
    output: Spikes,
    error: NDArray[np.float32],
    delay: np.float32,
    constants: LayerConstants,
) -> None:
    """Set the error of every spike of a hidden layer, for trials ``first`` to before ``last``.

    Parameters
    ----------
    feedback : float32, shape (n_hidden, n_out)
    below, hidden
        Arrivals at and spikes of the hidden layer; its ``error`` is set.
    above, output
        Arrivals at and spikes of the output layer.
    error : float32, shape (trials, width)
        Error of each output neuron in each trial.
    delay : float32
        From the hidden layer to the output layer, ms.
    constants
        Of the output layer.
    """
    outputs, weights = feedback.shape[1], feedback.reshape(-1)
    S1, S2 = np.empty(outputs, np.float32), np.empty(outputs, np.float32)
    fired, answered = np.empty(hidden.time.shape[1], np.uint64), np.empty(output.time.shape[1], np.uint64)
    fired_bits, answered_bits = hidden.time.view(np.uint32), output.time.view(np.uint32)
    for trial in range(first, last):
        spikes, answers = spike_count(trial, below, hidden), spike_count(trial, above, output)
        sort_by_time(trial, 0, spikes, fired_bits, fired)
        sort_by_time(trial, 0, answers, answered_bits, answered)
        _feed_back_trial(
            trial, weights, fired[:spikes], answered[:answers], hidden, output, error, delay, constants, S1, S2
        )
