"""Errors of single hidden spikes, from the output spikes that follow them, through feedback weights.

docs/algorithm.md, section 8: section 7 with feedback in place of forward weights. At the end of a trial output spike k
stands for ``gamma_k = f_k (e_o + (c/tau_m) S2_o)``, as in the replay of the output layer itself. A hidden neuron takes
the output spikes backwards in time into two accumulators per output neuron, S1 (decays with tau_syn) and S2 (with
tau_m), and the error of its own spike is ``sum_o Bfb[o, i] (S1_o/tau_syn - S2_o/tau_m)``. For the last hidden layer and
feedback that equals the forward weights this is what backpropagation computes; layers below are treated as if their
spikes arrived at the output layer, after the delays on the way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.distribute import allocate_deal
from pynn_sfdfa.event.batch.order import sort_by_time
from pynn_sfdfa.event.batch.places import first_spike, release_count, row_width, spike_count, spikes_of_trial
from pynn_sfdfa.event.batch.radix import sort_spikes
from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.event.batch.replayed import REPLAYED, Accumulators, clear, decay
from pynn_sfdfa.event.batch.spike_errors_through_weights import slope
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.distribute import Deal
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.replayed import Replayed

__all__ = ["AnswersSpace", "Pathway", "spike_errors_by_feedback"]

_index = np.uint64


class Pathway(NamedTuple):
    """Feedback from the output layer to a hidden layer."""

    weights: NDArray[np.float32]  # (units * n_out,): units as they are numbered in kernels
    delay: np.float32  # ms


class AnswersSpace(NamedTuple):
    """Scratch space of a thread."""

    deal: Deal  # for the order of hidden spikes
    answered: NDArray[np.uint64]  # (most spikes of a trial,): the same for output spikes
    released: NDArray[np.uint64]  # the same for the ends of refractory periods
    sums: Accumulators  # for output neurons


_PATHWAY = numba.typeof(Pathway(np.empty(0, np.float32), np.float32(1.0)))
_order, _numbers = np.empty(0, np.uint64), np.empty(0, np.float32)
_SPACE = numba.typeof(
    AnswersSpace(allocate_deal(1, 1, 1, 1, 1), _order, _order, Accumulators(_numbers, _numbers, _numbers))
)


@subroutine(fastmath=FLOAT_FLAGS)
def _decay(since: np.float32, constants: LayerConstants, sums: Accumulators) -> None:
    """Take the accumulators back by a time."""
    decay_m = np.float32(math.exp(-since / constants.tau_m))
    decay_syn = decay_m * decay_m if constants.closed_form else np.float32(math.exp(-since / constants.tau_syn))
    decay(decay_syn, decay_m, sums)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _by_feedback(
    trial: np.uint64, hidden: LayerTrials, answers: Replayed, pathway: Pathway, space: AnswersSpace
) -> None:
    """Set the errors of the hidden spikes of one trial."""
    output, constants, error, _ = answers
    deal, answered, released, sums = space
    S1, S2, carry = sums
    below, above, releases = hidden.spikes, output.spikes, output.releases
    (below0, fired_below), above0 = spikes_of_trial(hidden, trial), first_spike(output, trial)
    release0 = above0
    n_fired, k = np.int64(fired_below), np.int64(spike_count(output, trial))
    sort_spikes(below, below0, _index(n_fired), deal.order, deal.spare, deal.buckets)
    sort_by_time(above, above0, 0, k, answered)
    n_released = np.int64(release_count(output, trial)) if constants.refractory > np.float32(0.0) else 0
    sort_by_time(releases, release0, 0, n_released, released)
    one, zero, outputs = np.float32(1.0), np.float32(0.0), _index(S1.size)
    cell = trial * row_width(output)
    coupling = constants.drop / constants.tau_m
    clear(sums)
    now = constants.trial_duration
    for z in range(n_fired - 1, -1, -1):
        spike = below0 + deal.order[z]
        arrival = below[spike].time + pathway.delay
        if arrival > constants.trial_duration:
            below[spike].error = zero
            continue
        while True:
            spiked = above[above0 + answered[k - 1]].time if k > 0 else zero
            ended = releases[release0 + released[n_released - 1]].time if n_released > 0 else zero
            if max(spiked, ended) < arrival or k == 0:  # what is released before all spikes changes nothing
                break
            _decay(now - max(spiked, ended), constants, sums)
            now = max(spiked, ended)
            if n_released > 0 and ended >= spiked:
                n_released -= 1
                at = release0 + released[n_released]
                o = _index(releases[at].unit)
                carry[o] = S2[o] * releases[at].carry
                S1[o] -= S2[o]
                S2[o] = zero
                continue
            k -= 1
            at = above0 + answered[k]
            o = _index(above[at].unit)
            # One of the two is zero: S2 from a release on, what is carried where there is none.
            gamma = above[at].factor * (error[cell + o] + carry[o] + coupling * S2[o])
            S1[o] += gamma
            S2[o] += gamma
            carry[o] = zero
        _decay(now - arrival, constants, sums)
        now = arrival
        row = _index(below[spike].unit) * outputs
        below[spike].error = slope(pathway.weights, row, S1, S2, one / constants.tau_syn, one / constants.tau_m)


@kernel(int64, int64, LAYER_TRIALS, REPLAYED, _PATHWAY, _SPACE, fastmath=FLOAT_FLAGS)
def spike_errors_by_feedback(
    first: int, last: int, hidden: LayerTrials, answers: Replayed, pathway: Pathway, space: AnswersSpace
) -> None:
    """Set the error of every spike of a hidden layer, for trials ``first`` to before ``last``.

    Parameters
    ----------
    hidden
        The ``error`` of every spike is set.
    answers
        Of the output layer; its spikes have no errors of their own.
    """
    for trial in range(_index(first), _index(last)):
        _by_feedback(trial, hidden, answers, pathway, space)
