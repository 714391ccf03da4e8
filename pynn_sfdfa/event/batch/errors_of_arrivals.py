"""How the loss changes with the time of each arrival at a site: ``sum_i w_ij (S1_i/tau_syn - S2_i/tau_m)``.

docs/algorithm.md, section 7. Backwards through windows in which nothing is fired, as most are at a site, S1 and S2 only
decay: they stay in registers where rows are short. Dense layers keep a sum of another order, on which published figures
rest (spike_errors_through_weights.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.lanes import STEP, load, plus_product, scaled, scaled_minus, store, total, zeros
from pynn_sfdfa.event.batch.walk import anything_within
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["Way", "errors_of_arrivals"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_SECOND, _THIRD, _FOURTH = STEP, np.uint64(2) * STEP, np.uint64(3) * STEP
_SHORT = np.uint64(4) * STEP
"""The longest row whose neurons are kept in registers."""


class Way(NamedTuple):
    """From a site to the spikes that arrived there."""

    event0: np.uint64  # its first event
    group0: np.uint64  # and group
    matrix: np.uint64  # the row with which its weights begin
    below0: np.uint64  # the first spike of the trial in the layer below
    weights: NDArray[np.float32]
    layer: LayerTrials
    constants: LayerConstants
    below: LayerTrials


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _plus_change(
    summed: NDArray[np.float32],
    s1: NDArray[np.float32],
    s2: NDArray[np.float32],
    weights: NDArray[np.float32],
    at: np.uint64,
    constants: LayerConstants,
) -> NDArray[np.float32]:
    one = np.float32(1.0)
    each = scaled_minus(s1, one / constants.tau_syn, scaled(s2, one / constants.tau_m))
    return plus_product(summed, load(weights, at), each)


def _through_short_row(steps: int) -> Any:
    """Return `errors_of_arrivals` for rows of so many steps, which are known when it is compiled."""
    width, second, third, fourth = np.uint64(steps) * STEP, steps > 1, steps > 2, steps > 3

    @subroutine(fastmath=FLOAT_FLAGS)
    def take(
        place: np.uint64, group: np.uint64, S1: NDArray[np.float32], S2: NDArray[np.float32], way: Way
    ) -> np.uint64:
        events, groups, weights, constants = way.layer.events, way.layer.groups, way.weights, way.constants
        p0, q0 = load(S1, _ZERO), load(S2, _ZERO)
        p1 = p2 = p3 = q1 = q2 = q3 = zeros()
        if second:
            p1, q1 = load(S1, _SECOND), load(S2, _SECOND)
        if third:
            p2, q2 = load(S1, _THIRD), load(S2, _THIRD)
        if fourth:
            p3, q3 = load(S1, _FOURTH), load(S2, _FOURTH)
        while True:
            last = way.event0 + _index(groups[group + _ONE].start)
            for event in range(way.event0 + _index(groups[group].start), last):
                if events[event].source < 0:  # a spike of the layer itself
                    continue
                row = (way.matrix + _index(events[event].unit)) * width
                summed = _plus_change(zeros(), p0, q0, weights, row, constants)
                if second:
                    summed = _plus_change(summed, p1, q1, weights, row + _SECOND, constants)
                if third:
                    summed = _plus_change(summed, p2, q2, weights, row + _THIRD, constants)
                if fourth:
                    summed = _plus_change(summed, p3, q3, weights, row + _FOURTH, constants)
                way.below.spikes[way.below0 + _index(events[event].source)].error += total(summed)
            if group == way.group0 or anything_within(place, group - _ONE, way.layer, constants):
                break
            group -= _ONE
            decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
            p0, q0 = scaled(p0, decay_syn), scaled(q0, decay_m)
            if second:
                p1, q1 = scaled(p1, decay_syn), scaled(q1, decay_m)
            if third:
                p2, q2 = scaled(p2, decay_syn), scaled(q2, decay_m)
            if fourth:
                p3, q3 = scaled(p3, decay_syn), scaled(q3, decay_m)
        store(S1, _ZERO, p0)
        store(S2, _ZERO, q0)
        if second:
            store(S1, _SECOND, p1)
            store(S2, _SECOND, q1)
        if third:
            store(S1, _THIRD, p2)
            store(S2, _THIRD, q2)
        if fourth:
            store(S1, _FOURTH, p3)
            store(S2, _FOURTH, q3)
        return group

    return take


_take_16, _take_32, _take_48, _take_64 = (_through_short_row(steps) for steps in (1, 2, 3, 4))


@subroutine(fastmath=FLOAT_FLAGS)
def _take_long(group: np.uint64, S1: NDArray[np.float32], S2: NDArray[np.float32], way: Way) -> np.uint64:
    """Do the same for one group, with S1 and S2 in memory."""
    events, groups, width = way.layer.events, way.layer.groups, _index(S1.size)
    for event in range(way.event0 + _index(groups[group].start), way.event0 + _index(groups[group + _ONE].start)):
        if events[event].source < 0:
            continue
        row, summed = (way.matrix + _index(events[event].unit)) * width, zeros()
        for lane in range(_ZERO, width, STEP):
            summed = _plus_change(summed, load(S1, lane), load(S2, lane), way.weights, row + lane, way.constants)
        way.below.spikes[way.below0 + _index(events[event].source)].error += total(summed)
    return group


@jit(inline="always", fastmath=FLOAT_FLAGS)
def errors_of_arrivals(
    place: np.uint64, group: np.uint64, S1: NDArray[np.float32], S2: NDArray[np.float32], way: Way
) -> np.uint64:
    """Add to the errors of the spikes that arrived in a group, and in earlier ones as long as nothing is fired in them.

    Parameters
    ----------
    place, group
        Counted from the first place of all on.
    S1, S2 : float32, shape (width,)
        As they are at the beginning of the group's window; afterwards as at that of the last group that was taken.
    way : Way

    Returns
    -------
    group : uint64
        The last one that was taken.
    """
    width = _index(S1.size)
    if width == STEP:
        taken: np.uint64 = _take_16(place, group, S1, S2, way)
    elif width == _THIRD:
        taken = _take_32(place, group, S1, S2, way)
    elif width == _FOURTH:
        taken = _take_48(place, group, S1, S2, way)
    elif width == _SHORT:
        taken = _take_64(place, group, S1, S2, way)
    else:
        taken = _take_long(group, S1, S2, way)
    return taken
