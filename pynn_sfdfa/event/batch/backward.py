"""The backward pass: eligibility times error of every synapse of one layer, by reverse replay.

Section 4 of the reference, in the form of section 7: walking all events of a trial backwards in time with two
accumulators per postsynaptic neuron, S1 (decays with tau_syn) and S2 (with tau_m). A postsynaptic spike k with error
delta_k adds ``gamma_k = f_k (delta_k + (c/tau_m) S2)`` to both, and each arrival adds ``S1 - S2`` to the gradient of
its synapse. The neurons are split into blocks that stay in cache; each block is one thread's, and runs through the
trials in order, so the sums do not depend on the number of threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import prange

from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["accumulate_gradient"]


@jit(fastmath=FLOAT_FLAGS)
def _replay_block(
    trial: int,
    block: int,
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    constants: LayerConstants,
    gradient: NDArray[np.float32],
) -> None:
    """Replay one trial of one block of neurons backwards."""
    width = gradient.shape[2]
    coupling = constants.c / constants.tau_m
    event_unit, group_start = arrivals.unit[trial], arrivals.start[trial]
    decays_syn, decays_m = arrivals.decay_syn[trial], arrivals.decay_m[trial]
    lanes, factor, stop = spikes.lane[trial, block], spikes.factor[trial, block], spikes.stop[trial, block]
    since_syn, since_m = spikes.since_syn[trial, block], spikes.since_m[trial, block]
    delta = error[trial, block]
    S1, S2 = np.zeros(width, np.float32), np.zeros(width, np.float32)
    group = arrivals.n_groups[trial] - 1
    spike = stop[group] - 1 if group >= 0 else -1
    quiet = True  # until the last spike of the block is met, S1 and S2 are zero
    while group >= 0:
        first_spike = stop[group - 1] if group > 0 else 0
        if quiet and spike < first_spike:
            group -= 1
            continue
        event, last_event = group_start[group], group_start[group + 1]
        decay_syn, decay_m = decays_syn[group], decays_m[group]
        if spike < first_spike:  # the common case in one sweep
            row = gradient[event_unit[event], block]
            for lane in range(width):
                s1 = S1[lane] * decay_syn
                s2 = S2[lane] * decay_m
                S1[lane] = s1
                S2[lane] = s2
                row[lane] += s1 - s2
            event += 1
        else:
            for lane in range(width):
                S1[lane] *= decay_syn
                S2[lane] *= decay_m
            while spike >= first_spike:
                lane = lanes[spike]
                gamma = factor[spike] * (delta[lane] + coupling * S2[lane] / since_m[spike])
                S1[lane] += gamma * since_syn[spike]
                S2[lane] += gamma * since_m[spike]
                spike -= 1
            quiet = False
        while event < last_event:
            row = gradient[event_unit[event], block]
            for lane in range(width):
                row[lane] += S1[lane] - S2[lane]
            event += 1
        group -= 1


@jit(parallel=True)
def accumulate_gradient(
    n_trials: int,
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    constants: LayerConstants,
    gradient: NDArray[np.float32],
) -> None:
    """Add the sum over the trials of error times eligibility to ``gradient``, in parallel over blocks of neurons.

    Parameters
    ----------
    error : float32, shape (n_trials, n_blocks, width)
        Error of each neuron in each trial, times any scale.
    gradient : float32, shape (n_pre, n_blocks, width)
        Changed in place. For plain gradient descent it can be the weights themselves, the error scaled by -eta.
    """
    for block in prange(gradient.shape[1]):
        for trial in range(n_trials):
            _replay_block(trial, block, arrivals, spikes, error, constants, gradient)
