"""Arrivals at a place one after the other, until a neuron may spike.

Where a row is short, as in convolutions, the state of its neurons stays in registers meanwhile: what an arrival does
takes less time than to write it down and to read it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.arrival import row_of, sum_rows, take_arrival
from pynn_sfdfa.event.batch.lanes import STEP, add, at_least, load, scaled, scaled_plus, store, zeros
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants

__all__ = ["Place", "take_arrivals"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)

_SECOND, _THIRD, _FOURTH = STEP, np.uint64(2) * STEP, np.uint64(3) * STEP
_SHORT = np.uint64(4) * STEP
"""The longest row that is kept in registers."""

_Taken = tuple[np.uint64, np.uint64, np.float32, np.float32, np.float32, np.float32]
"""As `take_arrivals` returns it."""


class Place(NamedTuple):
    """What lies at a place, a site of a layer in a trial; the state of its neurons is changed in place."""

    event0: np.uint64  # its first event
    matrix: np.uint64  # the first row of its weights
    weights: NDArray[np.float32]
    constants: LayerConstants
    events: NDArray[np.void]
    groups: NDArray[np.void]
    A: NDArray[np.float32]
    B: NDArray[np.float32]
    D: NDArray[np.float32]
    none: NDArray[np.float32]  # zeros, as many
    total: NDArray[np.float32]  # scratch space
    near: NDArray[np.uint16]  # its bits say which may reach threshold within the window of what has been taken last


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _reaches(
    a: NDArray[np.float32], b: NDArray[np.float32], tangent_A: np.float32, tangent_B: np.float32, c: np.float32
) -> np.uint64:
    """Return a number whose bits say which neurons may reach threshold within the window."""
    return at_least(scaled_plus(b, tangent_B, scaled(a, tangent_A)), c)


def _through_short_row(steps: int, compiled: Callable[[Any], Any]) -> Any:
    """Return `take_arrivals` without grades for rows of so many steps, which are known when it is compiled."""
    width, second, third, fourth = np.uint64(steps) * STEP, steps > 1, steps > 2, steps > 3

    @compiled
    def take(
        group: np.uint64,
        end: np.uint64,
        decay_syn: np.float32,
        decay_m: np.float32,
        n_spikes: np.int32,
        n_released: np.int32,
        place: Place,
    ) -> _Taken:
        one, constants, c = np.float32(1.0), place.constants, place.constants.c
        weights, events, groups, A, B = place.weights, place.events, place.groups, place.A, place.B
        a0, b0 = load(A, _ZERO), load(B, _ZERO)
        a1 = a2 = a3 = b1 = b2 = b3 = zeros()
        if second:
            a1, b1 = load(A, _SECOND), load(B, _SECOND)
        if third:
            a2, b2 = load(A, _THIRD), load(B, _THIRD)
        if fourth:
            a3, b3 = load(A, _FOURTH), load(B, _FOURTH)
        while True:
            event = place.event0 + _index(groups[group].start)
            last = place.event0 + _index(groups[group + _ONE].start) - _ONE
            window = groups[group].window
            tangent_A, tangent_B = window / constants.tau_syn - one, one - window / constants.tau_m
            w0 = w1 = w2 = w3 = zeros()
            while event + _ONE < last:  # in pairs, as `sum_rows` does
                row = row_of(events, event, place.matrix, width)
                then = row_of(events, event + _ONE, place.matrix, width)
                w0 = add(w0, add(load(weights, row), load(weights, then)))
                if second:
                    w1 = add(w1, add(load(weights, row + _SECOND), load(weights, then + _SECOND)))
                if third:
                    w2 = add(w2, add(load(weights, row + _THIRD), load(weights, then + _THIRD)))
                if fourth:
                    w3 = add(w3, add(load(weights, row + _FOURTH), load(weights, then + _FOURTH)))
                event += _TWO
            while event <= last:
                row = row_of(events, event, place.matrix, width)
                w0 = add(w0, load(weights, row))
                if second:
                    w1 = add(w1, load(weights, row + _SECOND))
                if third:
                    w2 = add(w2, load(weights, row + _THIRD))
                if fourth:
                    w3 = add(w3, load(weights, row + _FOURTH))
                event += _ONE
            a0, b0 = scaled_plus(a0, decay_syn, w0), scaled_plus(b0, decay_m, w0)
            found = near0 = _reaches(a0, b0, tangent_A, tangent_B, c)
            near1 = near2 = near3 = _ZERO
            if second:
                a1, b1 = scaled_plus(a1, decay_syn, w1), scaled_plus(b1, decay_m, w1)
                near1 = _reaches(a1, b1, tangent_A, tangent_B, c)
                found |= near1
            if third:
                a2, b2 = scaled_plus(a2, decay_syn, w2), scaled_plus(b2, decay_m, w2)
                near2 = _reaches(a2, b2, tangent_A, tangent_B, c)
                found |= near2
            if fourth:
                a3, b3 = scaled_plus(a3, decay_syn, w3), scaled_plus(b3, decay_m, w3)
                near3 = _reaches(a3, b3, tangent_A, tangent_B, c)
                found |= near3
            decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
            groups[group].stop, groups[group].released = n_spikes, n_released
            if found != _ZERO or group + _ONE == end:
                break
            group += _ONE
        store(A, _ZERO, a0)
        store(B, _ZERO, b0)
        place.near[0] = near0
        if second:
            store(A, _SECOND, a1)
            store(B, _SECOND, b1)
            place.near[1] = near1
        if third:
            store(A, _THIRD, a2)
            store(B, _THIRD, b2)
            place.near[2] = near2
        if fourth:
            store(A, _FOURTH, a3)
            store(B, _FOURTH, b3)
            place.near[3] = near3
        return group, found, decay_syn, decay_m, tangent_A, tangent_B

    return take


_take_16 = _through_short_row(1, jit(inline="always", fastmath=FLOAT_FLAGS))  # a call would take longer than its work
_take_32, _take_48, _take_64 = (_through_short_row(steps, subroutine(fastmath=FLOAT_FLAGS)) for steps in (2, 3, 4))


@subroutine(fastmath=FLOAT_FLAGS)
def _take_long(
    group: np.uint64,
    end: np.uint64,
    decay_syn: np.float32,
    decay_m: np.float32,
    n_spikes: np.int32,
    n_released: np.int32,
    place: Place,
) -> _Taken:
    """Do the same with the state of the neurons in memory."""
    one, constants, c = np.float32(1.0), place.constants, place.constants.c
    weights, events, groups, A, B = place.weights, place.events, place.groups, place.A, place.B
    width = _index(A.size)
    while True:
        event = place.event0 + _index(groups[group].start)
        last = place.event0 + _index(groups[group + _ONE].start) - _ONE
        window = groups[group].window
        tangent_A, tangent_B = window / constants.tau_syn - one, one - window / constants.tau_m
        if event == last:
            earlier, at = place.none, _ZERO
        elif event + _ONE == last:
            earlier, at = weights, row_of(events, event, place.matrix, width)
        else:
            sum_rows(weights, place.matrix, events, event, last, place.total)
            earlier, at = place.total, _ZERO
        row = row_of(events, last, place.matrix, width)
        found = take_arrival(earlier, at, weights, row, decay_syn, decay_m, tangent_A, tangent_B, c, A, B, place.near)
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        groups[group].stop, groups[group].released = n_spikes, n_released
        if found != _ZERO or group + _ONE == end:
            return group, found, decay_syn, decay_m, tangent_A, tangent_B
        group += _ONE


@subroutine(fastmath=FLOAT_FLAGS)
def _take_grades(begin: np.uint64, end: np.uint64, place: Place) -> None:
    """Add the grades of the events of groups ``begin`` to before ``end``, times their weights, to D."""
    weights, events, D, width = place.weights, place.events, place.D, _index(place.D.size)
    first, last = place.event0 + _index(place.groups[begin].start), place.event0 + _index(place.groups[end].start)
    for event in range(first, last):
        grade = events[event].grade
        if grade != np.float32(0.0):
            row = row_of(events, event, place.matrix, width)
            for k in range(width):
                D[k] += weights[row + k] * grade


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_arrivals(
    group: np.uint64,
    end: np.uint64,
    decay_syn: np.float32,
    decay_m: np.float32,
    n_spikes: np.int32,
    n_released: np.int32,
    graded: bool,
    place: Place,
) -> _Taken:
    """Take groups of arrivals from ``group`` to before ``end``, until a neuron may reach threshold in a window.

    Parameters
    ----------
    decay_syn, decay_m : float32
        Over the window before the first of them.
    n_spikes, n_released : int32
        What has occurred at the place until then.
    graded : bool
        Whether events carry grades, for D.
    place : Place

    Returns
    -------
    group : uint64
        The last one that was taken.
    found : uint64
        0 if no neuron may reach threshold within its window.
    decay_syn, decay_m : float32
        Over its window.
    tangent_A, tangent_B : float32
        Until its end, or until its peak if that is earlier, B - A <= B tangent_B + A tangent_A.
    """
    width, begin = _index(place.A.size), group
    if width == STEP:
        taken: _Taken = _take_16(group, end, decay_syn, decay_m, n_spikes, n_released, place)
    elif width == _THIRD:
        taken = _take_32(group, end, decay_syn, decay_m, n_spikes, n_released, place)
    elif width == _FOURTH:
        taken = _take_48(group, end, decay_syn, decay_m, n_spikes, n_released, place)
    elif width == _SHORT:
        taken = _take_64(group, end, decay_syn, decay_m, n_spikes, n_released, place)
    else:
        taken = _take_long(group, end, decay_syn, decay_m, n_spikes, n_released, place)
    if graded:
        _take_grades(begin, taken[0] + _ONE, place)
    return taken
