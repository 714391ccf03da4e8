"""The backward pass: eligibility times error of every synapse of one layer, by reverse replay.

Section 4 of the reference, in the form of section 7: walking all events of a trial backwards in time with two
accumulators per postsynaptic neuron, S1 (decays with tau_syn) and S2 (with tau_m). A postsynaptic spike k with error
delta_k adds ``gamma_k = f_k (delta_k + (c/tau_m) S2)`` to both, and each arrival adds ``S1 - S2`` to the gradient of
its synapse. The neurons are split into blocks whose part of the gradient stays in cache; each block runs
through the trials in order, so the sums do not depend on which thread takes which block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.records import flat_arrivals, flat_spikes
from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["accumulate_gradient", "assign_error"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_SMALLEST = np.float32(1e-12)
"""Accumulated decay at which S1 and S2 are brought up to date, long before float32 overflows."""


@jit(fastmath=FLOAT_FLAGS)
def _replay_block(
    trial: int,
    lowest: np.uint64,
    width: np.uint64,
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Replay one trial backwards for the neurons from ``lowest``, as many as S1 has; all arrays are flat here.

    ``width`` is the length of a row of the gradient.
    """
    lanes = _index(S1.size)
    cell = _index(trial) * width  # the first neuron of this trial among those of all trials
    events = _index(arrivals.unit.size // arrivals.n_groups.size)
    event0, group0 = _index(trial) * events, _index(trial) * (events + _ONE)
    spike0 = cell * _index(constants.max_spikes)
    coupling = constants.c / constants.tau_m
    one, zero = np.float32(1.0), np.float32(0.0)
    S1[:] = zero
    S2[:] = zero
    # S1 and S2 are kept as at a later time, and decay_syn and decay_m lead from then to now: no store between spikes.
    decay_syn, decay_m = one, one
    group = _index(arrivals.n_groups[trial])
    n = spike0 + _index(spikes.stop[event0 + group - _ONE]) if group > _ZERO else spike0
    quiet = True  # until the last spike of the block is met, S1 and S2 are zero
    while group > _ZERO:
        group -= _ONE
        decay_syn *= arrivals.decay_syn[event0 + group]
        decay_m *= arrivals.decay_m[event0 + group]
        if decay_syn < _SMALLEST:
            for lane in range(lanes):
                S1[lane] *= decay_syn
                S2[lane] *= decay_m
            decay_syn, decay_m = one, one
        first_spike = spike0 + _index(spikes.stop[event0 + group - _ONE]) if group > _ZERO else spike0
        while n > first_spike:
            n -= _ONE
            target = _index(spikes.unit[n]) - lowest  # wraps around to a large number below the block
            if target >= lanes:
                continue
            since_m = spikes.since_m[n]
            delta = error[cell + lowest + target] + (spikes.error[n] if of_spikes else zero)
            gamma = spikes.factor[n] * (delta + coupling * S2[target] * decay_m / since_m)
            S1[target] += gamma * spikes.since_syn[n] / decay_syn
            S2[target] += gamma * since_m / decay_m
            quiet = False
        if quiet:
            continue
        for event in range(
            event0 + _index(arrivals.start[group0 + group]), event0 + _index(arrivals.start[group0 + group + _ONE])
        ):
            row = _index(arrivals.unit[event]) * width + lowest
            for lane in range(lanes):
                gradient[row + lane] += S1[lane] * decay_syn - S2[lane] * decay_m


@jit(nogil=True)
def accumulate_gradient(
    n_trials: int,
    arrivals: Arrivals,
    spikes: Spikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    lowest: int,
    lanes: int,
    gradient: NDArray[np.float32],
) -> None:
    """Add the sum over the trials of error times eligibility to a block of columns of ``gradient``.

    Parameters
    ----------
    error : float32, shape (trials, width)
        Error of each neuron in each trial, times any scale.
    of_spikes : bool
        Whether the errors of single spikes, left by backpropagation, count too.
    lowest, lanes : int
        First neuron of the block and number of neurons in it.
    gradient : float32, shape (n_pre, width)
        Changed in place. For plain gradient descent it can be the weights themselves, the error scaled by -eta.
    """
    S1, S2 = np.empty(lanes, np.float32), np.empty(lanes, np.float32)
    arriving, leaving = flat_arrivals(arrivals), flat_spikes(spikes)
    errors, flat_gradient, width = error.reshape(-1), gradient.reshape(-1), _index(gradient.shape[1])
    for trial in range(n_trials):
        _replay_block(
            trial, _index(lowest), width, arriving, leaving, errors, of_spikes, constants, S1, S2, flat_gradient
        )


@jit
def assign_error(error: NDArray[np.float32], scale: np.float32, out: NDArray[np.float32]) -> None:
    """Write error times scale, shape (trials, neurons), into the first rows and columns of ``out``."""
    for trial in range(error.shape[0]):
        for i in range(error.shape[1]):
            out[trial, i] = error[trial, i] * scale
