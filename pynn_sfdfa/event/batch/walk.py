"""A walk backwards through a trial: spikes, and the ends of refractory periods, window by window.

Two accumulators per neuron, S1 (decays with tau_syn) and S2 (with tau_m), are kept as at a later time; ``decay_syn``
and ``decay_m`` lead from then back to the start of the present window. docs/algorithm.md, sections 4, 7 and 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.places import first_group, first_spike
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.replayed import Accumulators, Replayed

__all__ = [
    "Walk",
    "all_zero",
    "anything_within",
    "spikes_of_window",
    "take_releases",
    "take_spikes",
    "take_window",
]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Walk(NamedTuple):
    """Where a walk leads: through a place, for the neurons from ``lowest``, as many as there are accumulators."""

    place: np.uint64
    lowest: np.uint64
    what: Replayed
    error0: np.uint64  # where the error of ``lowest`` is
    of_potential: bool  # whether errors are those of the potential at the spikes (section 10), and not of their times


@jit(inline="always")
def all_zero(error: NDArray[np.float32], first: np.uint64, lanes: np.uint64) -> bool:
    """Return whether so many errors are 0: then there is nothing to walk for, as often where a loss has a margin."""
    lane = first
    while lane < first + lanes and error[lane] == np.float32(0.0):
        lane += _index(1)
    return bool(lane == first + lanes)


@jit(inline="always")
def anything_within(place: np.uint64, group: np.uint64, layer: LayerTrials, constants: LayerConstants) -> bool:
    """Return whether spikes or ends of refractory periods lie in the window of a group of the first place or later."""
    groups, spikes, releases = layer.groups, np.int32(0), np.int32(0)
    if group > first_group(layer, place):
        spikes, releases = groups[group - _ONE].stop, groups[group - _ONE].released
    released = constants.refractory > np.float32(0.0) and groups[group].released > releases
    return bool(released or groups[group].stop > spikes)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _take_release(
    at: np.uint64,
    lane: np.uint64,
    releases: NDArray[np.void],
    decay_syn: np.float32,
    decay_m: np.float32,
    sums: Accumulators,
) -> None:
    """Go back over the end of a refractory period: before it, the potential was held and only the current counts."""
    S1, S2, carry = sums
    potential = S2[lane] * decay_m / releases[at].since_m
    carry[lane] = potential * releases[at].carry
    S1[lane] -= potential * releases[at].since_syn / decay_syn
    S2[lane] = np.float32(0.0)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _take_spike(
    at: np.uint64,
    spikes: NDArray[np.void],
    lane: np.uint64,
    delta: np.float32,
    walk: Walk,
    decay_syn: np.float32,
    decay_m: np.float32,
    sums: Accumulators,
) -> None:
    """Go back over a spike with its error ``delta``, and over the release before it if that is in its window."""
    constants, layer = walk.what.constants, walk.what.layer
    S1, S2, carry = sums
    since_m, since_syn, zero = spikes[at].since_m, spikes[at].since_syn, np.float32(0.0)
    refractory = constants.refractory > zero
    if walk.of_potential:
        gamma = delta / constants.c
        if not refractory:  # the reset follows the spike at once
            S1[lane] -= S2[lane] * decay_m / since_m * since_syn / decay_syn
            S2[lane] = zero
    elif refractory:
        gamma = spikes[at].factor * (delta + carry[lane])
        carry[lane] = zero
    else:
        gamma = spikes[at].factor * (delta + constants.drop / constants.tau_m * S2[lane] * decay_m / since_m)
    S1[lane] += gamma * since_syn / decay_syn
    S2[lane] += gamma * since_m / decay_m
    if refractory and spikes[at].released >= np.int32(0):
        release = first_spike(layer, walk.place) + _index(spikes[at].released)
        _take_release(release, lane, layer.releases, decay_syn, decay_m, sums)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_window(group: np.uint64, walk: Walk, decay_syn: np.float32, decay_m: np.float32, sums: Accumulators) -> bool:
    """Go back over the window of a group, counted from the first place on; return whether a neuron spiked in it."""
    take_releases(group, walk, decay_syn, decay_m, sums)
    begin, end = spikes_of_window(walk.place, group, walk.what.layer)
    return bool(take_spikes(begin, end, walk.what.layer.spikes, walk, decay_syn, decay_m, sums))


@jit(inline="always")
def spikes_of_window(place: np.uint64, group: np.uint64, layer: LayerTrials) -> tuple[np.uint64, np.uint64]:
    """Return the first spike in the window of a group, and one after the last."""
    spike0, groups, earlier = first_spike(layer, place), layer.groups, group > first_group(layer, place)
    return spike0 + (_index(groups[group - _ONE].stop) if earlier else _ZERO), spike0 + _index(groups[group].stop)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_releases(group: np.uint64, walk: Walk, decay_syn: np.float32, decay_m: np.float32, sums: Accumulators) -> None:
    """Go back over the ends of refractory periods, in the window of a group, that no spike of their neuron follows."""
    layer = walk.what.layer
    if walk.what.constants.refractory == np.float32(0.0):
        return
    groups, releases, release0 = layer.groups, layer.releases, first_spike(layer, walk.place)
    ended = _index(groups[group - _ONE].released) if group > first_group(layer, walk.place) else _ZERO
    for at in range(release0 + ended, release0 + _index(groups[group].released)):
        lane = _index(releases[at].unit) - walk.lowest
        if releases[at].last and lane < _index(sums.S1.size):
            _take_release(at, lane, releases, decay_syn, decay_m, sums)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_spikes(
    begin: np.uint64,
    end: np.uint64,
    spikes: NDArray[np.void],
    walk: Walk,
    decay_syn: np.float32,
    decay_m: np.float32,
    sums: Accumulators,
) -> bool:
    """Go back over some spikes of a window, the latest first; return whether any is of one of the neurons."""
    what, lanes, spiked, n = walk.what, _index(sums.S1.size), False, end
    while n > begin:
        n -= _ONE
        lane = _index(spikes[n].unit) - walk.lowest  # wraps around to a large number below the first
        if lane >= lanes:
            continue
        delta = what.error[walk.error0 + lane] + (spikes[n].error if what.of_spikes else np.float32(0.0))
        _take_spike(n, spikes, lane, delta, walk, decay_syn, decay_m, sums)
        spiked = True
    return spiked
