"""Feedback from neurons that see a part of the layer below: shared as weights are (docs/algorithm.md, section 11).

Arrays of neurons are in PyNN's order, channels first, but for those of the layer above: they are site by site. Feedback
has the shape (lanes, rows of all matrices), which is that of the layer's weights turned round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import float32, int32, int64

from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arrivals", "estimate_shared", "estimate_shared_of_both", "project_shared"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ONE = np.uint64(1)


class Arrivals(NamedTuple):
    """Where the units of the layer below arrive, with which rows: as of `Sites`, rows counted through all matrices."""

    offsets: NDArray[np.int64]  # (units + 1,)
    site: NDArray[np.int64]
    row: NDArray[np.int64]
    sites: int
    lanes: int


_numbers = np.empty(0, np.int64)
_ARRIVALS = numba.typeof(Arrivals(_numbers, _numbers, _numbers, 1, 1))


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _correlate(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    arrivals: Arrivals,
    together: NDArray[np.float32],
    correlation: NDArray[np.float32],
) -> None:
    """Add v_j d_i of all pairs by row and lane, and to ``together``, unless it is empty, how many have fired both."""
    offsets, site, row, sites, lanes = arrivals
    units, of_both = _index(offsets.size) - _ONE, together.size > 0
    trials = _index(counts.size) // units
    for trial in range(trials):
        cell0, unit0 = trial * _index(sites) * _index(lanes), trial * units
        for j in range(units):
            if counts[unit0 + j] == 0:
                continue
            v = perturbation[unit0 + j]
            for k in range(_index(offsets[j]), _index(offsets[j + _ONE])):
                first, d = _index(row[k]) * _index(lanes), cell0 + _index(site[k]) * _index(lanes)
                for lane in range(_index(lanes)):
                    received = directional[d + lane]
                    correlation[first + lane] += v * received
                    if of_both:
                        together[first + lane] += np.float32(1.0) if received != np.float32(0.0) else np.float32(0.0)


@kernel(
    *(int32[::1], float32[::1], float32[::1], _ARRIVALS, float32, int64[::1], float32[::1], float32[:, ::1]),
    fastmath=FLOAT_FLAGS,
)
def estimate_shared(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    arrivals: Arrivals,
    learning_rate: np.float32,
    fired: NDArray[np.int64],
    correlation: NDArray[np.float32],
    feedback: NDArray[np.float32],
) -> None:
    """``Bfb[lane, row] += eta_B (mean of v_j d_i - Bfb[lane, row])``; rows that no unit has met stay as they are.

    The mean is over the trials and all units j that have fired and arrive with that row at a neuron i of that lane.

    Parameters
    ----------
    counts : int32, shape (trials * units,)
    perturbation : float32, shape (trials * units,)
        0 for units that did not fire.
    directional : float32, shape (trials * sites * lanes,)
    fired : int64, shape (rows,)
        0 at first.
    correlation : float32, shape (rows * lanes,)
        0 at first.
    feedback : float32, shape (lanes, rows)
    """
    units, lanes = _index(arrivals.offsets.size) - _ONE, _index(arrivals.lanes)
    for at in range(_index(counts.size)):
        if counts[at] > 0:
            unit = at % units
            for k in range(_index(arrivals.offsets[unit]), _index(arrivals.offsets[unit + _ONE])):
                fired[_index(arrivals.row[k])] += 1
    _correlate(counts, perturbation, directional, arrivals, correlation[:0], correlation)
    for r in range(_index(fired.size)):
        if fired[r] > 0:
            n = np.float32(fired[r])
            for lane in range(lanes):
                mean = correlation[r * lanes + lane] / n
                feedback[lane, r] += learning_rate * (mean - feedback[lane, r])


@kernel(
    *(int32[::1], float32[::1], float32[::1], _ARRIVALS, float32),
    *(int64[::1], float32[::1], float32[::1], float32[:, ::1], float32[:, ::1]),
    fastmath=FLOAT_FLAGS,
)
def estimate_shared_of_both(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    arrivals: Arrivals,
    learning_rate: np.float32,
    pairs: NDArray[np.int64],
    together: NDArray[np.float32],
    correlation: NDArray[np.float32],
    feedback: NDArray[np.float32],
    share: NDArray[np.float32],
) -> None:
    """The mean of `estimate_shared` over the trials in which i has fired, too (docs/algorithm.md, section 11).

    Parameters
    ----------
    pairs : int64, shape (rows,)
        Of units and sites, in all trials, whether they fire or not.
    together : float32, shape (rows * lanes,)
        0 at first.
    share : float32, shape (lanes, rows)
        The running mean of pairs that have fired together.
    """
    lanes = _index(arrivals.lanes)
    _correlate(counts, perturbation, directional, arrivals, together, correlation)
    for r in range(_index(pairs.size)):
        if pairs[r] == 0:
            continue
        n = np.float32(pairs[r])
        for lane in range(lanes):
            at = r * lanes + lane
            met = together[at] / n
            share[lane, r] += learning_rate * (met - share[lane, r])
            if met > 0 and share[lane, r] > 0:  # at a rate of 0 nothing is known, and feedback stays as it is
                change = correlation[at] / n - met * feedback[lane, r]
                feedback[lane, r] += learning_rate / share[lane, r] * change


@kernel(
    *(float32[::1], float32[::1], _ARRIVALS, float32[::1]),
    fastmath=FLOAT_FLAGS | {"reassoc"},  # the order of a sum over lanes is the compiler's, but always the same
)
def project_shared(
    error: NDArray[np.float32], feedback: NDArray[np.float32], arrivals: Arrivals, below: NDArray[np.float32]
) -> None:
    """``e_j = sum of Bfb[lane, row] e_i`` over the neurons i that unit j of the layer below reaches, in every trial.

    Parameters
    ----------
    error : float32, shape (trials * sites * lanes,)
    feedback : float32, shape (rows * lanes,)
        Turned round, as the weights are.
    below : float32, shape (trials * units,)
    """
    offsets, site, row, sites, lanes = arrivals
    units = _index(offsets.size) - _ONE
    trials = _index(below.size) // units
    for trial in range(trials):
        cell0 = trial * _index(sites) * _index(lanes)
        for j in range(units):
            total = np.float32(0.0)
            for k in range(_index(offsets[j]), _index(offsets[j + _ONE])):
                first, e = _index(row[k]) * _index(lanes), cell0 + _index(site[k]) * _index(lanes)
                for lane in range(_index(lanes)):
                    total += feedback[first + lane] * error[e + lane]
            below[trial * units + j] = total
