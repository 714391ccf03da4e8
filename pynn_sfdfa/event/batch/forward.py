"""The forward pass: exact spikes of one layer, for many trials at once.

Between arrivals A and B only decay, so a neuron's next spike is found without time steps (section 1 of the
reference). Per arrival and neuron the cost is two multiply-adds for the state and two for one test: while v rises
towards its peak it is concave, so the tangent at the start of a window bounds it from above, and a neuron whose
tangent stays below threshold to the end of the window cannot spike in it. Only the few others are solved for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import prange

from pynn_sfdfa.event.spike_times import growth_to_spike, next_spike_any_ratio
from pynn_sfdfa.jit import FLOAT_FLAGS, jit
from pynn_sfdfa.perturbation import perturbation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["Draw", "advance_layer"]

# Counting candidates is the one sum whose order is free: it is a sum of ones.
_COUNT_FLAGS = FLOAT_FLAGS | {"reassoc"}

_LANES = 8
_TASKS = 8
"""A layer with fewer blocks than this is split over trials too, so that there is work for every thread."""


class Draw(NamedTuple):
    """Which grades travel and which perturbations are drawn; trial k of the batch is trial ``first_trial + k``."""

    graded: bool
    perturbed: bool
    seed: int
    layer: int
    first_trial: int


@jit(fastmath=FLOAT_FLAGS)
def _following_spike(
    a: np.float32,
    b: np.float32,
    until_m: np.float32,
    until_syn: np.float32,
    window: np.float32,
    window_m: np.float32,
    constants: LayerConstants,
) -> tuple[np.float32, np.float32, np.float32]:
    """Return the time of the next spike in a window, from its start, and the decay factors until then; -1 if none.

    ``a`` and ``b`` are A and B at the start of the window, ``until_m`` and ``until_syn`` the decay factors until now,
    ``window_m`` that of tau_m over the whole window.
    """
    A, B, none = a * until_syn, b * until_m, np.float32(-1.0)
    if constants.closed_form:
        growth = growth_to_spike(A, B, constants.c)
        until_m /= np.float32(1.0) + growth
        if growth < np.float32(0.0) or until_m < window_m:
            return none, until_m, until_syn
        return -constants.tau_m * np.float32(math.log(until_m)), until_m, until_m * until_m
    wait = next_spike_any_ratio(A, B, constants.c, constants.tau_m, constants.tau_syn)
    since = wait - constants.tau_m * np.float32(math.log(until_m))
    if wait < np.float32(0.0) or since > window:
        return none, until_m, until_syn
    return (
        since,
        np.float32(math.exp(-since / constants.tau_m)),
        np.float32(math.exp(-since / constants.tau_syn)),
    )


@jit(fastmath=FLOAT_FLAGS)
def _sum_rows(units: NDArray[np.int32], weights: NDArray[np.float32], block: int, out: NDArray[np.float32]) -> None:
    """Add up the weights of two or more arrivals, two rows at a time."""
    first, second = weights[units[0], block], weights[units[1], block]
    for lane in range(out.size):
        out[lane] = first[lane] + second[lane]
    k = 2
    while k + 1 < units.size:
        first, second = weights[units[k], block], weights[units[k + 1], block]
        for lane in range(out.size):
            out[lane] += first[lane] + second[lane]
        k += 2
    if k < units.size:
        first = weights[units[k], block]
        for lane in range(out.size):
            out[lane] += first[lane]


@jit(fastmath=_COUNT_FLAGS)
def _advance_block(
    trial: int,
    block: int,
    weights: NDArray[np.float32],
    arrivals: Arrivals,
    constants: LayerConstants,
    draw: Draw,
    spikes: Spikes,
) -> None:
    """Run one trial of one block of neurons."""
    width = weights.shape[2]
    one, zero, c = np.float32(1.0), np.float32(0.0), constants.c
    A, B = np.zeros(width, np.float32), np.zeros(width, np.float32)
    D, row, none = np.zeros(width, np.float32), np.empty(width, np.float32), np.zeros(width, np.float32)
    # One view per column: a kernel that passes the whole record for every spike spends its time passing it.
    event_unit, event_grade, group_start = arrivals.unit[trial], arrivals.grade[trial], arrivals.start[trial]
    time, lanes, factor = spikes.time[trial, block], spikes.lane[trial, block], spikes.factor[trial, block]
    since_syn, since_m = spikes.since_syn[trial, block], spikes.since_m[trial, block]
    grade, stop = spikes.grade[trial, block], spikes.stop[trial, block]
    count, directional = spikes.count[trial, block], spikes.directional[trial, block]
    drawn = spikes.perturbation[trial, block]
    count[:] = 0
    directional[:] = zero
    drawn[:] = zero
    decay_syn, decay_m = zero, zero
    n = 0
    for group in range(arrivals.n_groups[trial]):
        first, last = group_start[group], group_start[group + 1]
        start, window = arrivals.time[trial, group], arrivals.window[trial, group]
        incoming = weights[event_unit[last - 1], block]
        earlier = none  # of simultaneous arrivals, all but the last are summed beforehand
        if last - first == 2:
            earlier = weights[event_unit[first], block]
        elif last - first > 2:
            _sum_rows(event_unit[first : last - 1], weights, block, row)
            earlier = row
        if draw.graded:
            for event in range(first, last):
                carried = event_grade[event]
                if carried != zero:
                    source = weights[event_unit[event], block]
                    for lane in range(width):
                        D[lane] += source[lane] * carried
        # Until the end of the window, or until its peak if that is earlier, B - A <= B tangent_B + A tangent_A.
        tangent_A, tangent_B = window / constants.tau_syn - one, one - window / constants.tau_m
        candidates = zero
        for lane in range(width):
            w = incoming[lane] + earlier[lane]
            a = A[lane] * decay_syn + w
            b = B[lane] * decay_m + w
            A[lane] = a
            B[lane] = b
            candidates += one if b * tangent_B + a * tangent_A >= c else zero
        decay_syn, decay_m = arrivals.decay_syn[trial, group], arrivals.decay_m[trial, group]
        # Bounded by width too: the test below may be contracted differently, and then miss a candidate by one rounding.
        lane = -1
        while candidates > zero and lane + 1 < width:
            lane += 1
            if lane % _LANES == 0:  # skip whole registers without a candidate
                here = zero
                for k in range(lane, lane + _LANES):
                    here += one if B[k] * tangent_B + A[k] * tangent_A >= c else zero
                if here == zero:
                    lane += _LANES - 1
                    continue
            a, b = A[lane], B[lane]
            if b * tangent_B + a * tangent_A < c:
                continue
            candidates -= one
            until_m, until_syn = one, one
            while b * tangent_B + a * tangent_A >= c and count[lane] < constants.max_spikes:
                since, until_m, until_syn = _following_spike(a, b, until_m, until_syn, window, decay_m, constants)
                if since < zero:
                    break
                emitted = D[lane]
                D[lane] = zero
                if draw.perturbed and count[lane] == 0:
                    drawn[lane] = np.float32(
                        perturbation(draw.seed, draw.layer, draw.first_trial + trial, block * width + lane)
                    )
                    emitted += drawn[lane]
                directional[lane] += emitted
                count[lane] += np.int32(1)
                time[n] = start + since
                lanes[n] = lane
                grade[n] = emitted
                since_syn[n] = until_syn
                since_m[n] = until_m
                factor[n] = constants.tau_m / (a * until_syn * constants.reach - constants.exact * c)
                b -= c / until_m
                n += 1
            B[lane] = b
        stop[group] = n


@jit(parallel=True)
def advance_layer(
    n_trials: int,
    weights: NDArray[np.float32],
    arrivals: Arrivals,
    constants: LayerConstants,
    draw: Draw,
    spikes: Spikes,
) -> None:
    """Fill ``spikes`` with the spikes of the first ``n_trials`` trials, in parallel over blocks of neurons and trials.

    A thread keeps the weights of a block in its cache through all trials.

    Parameters
    ----------
    n_trials : int
        Trials laid out in ``arrivals``.
    weights : float32, shape (n_pre, n_blocks, width)
        Laid out by `pynn_sfdfa.event.batch.layout`.
    """
    blocks = weights.shape[1]
    parts = -(-_TASKS // blocks)
    for task in prange(blocks * parts):
        block, part = task // parts, task % parts
        for trial in range(part * n_trials // parts, (part + 1) * n_trials // parts):
            _advance_block(trial, block, weights, arrivals, constants, draw, spikes)
