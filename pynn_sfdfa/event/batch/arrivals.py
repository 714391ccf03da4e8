"""Arrivals at a place one after the other, until a neuron may spike.

Where a row is short, as in convolutions, the state of its neurons stays in registers meanwhile: what an arrival does
takes less time than to write it down and to read it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.arrival import Onward, row_of, sum_rows, take_arrival, with_weights
from pynn_sfdfa.event.batch.lanes import STEP, add, load, store, zeros
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.arrival import Place

__all__ = ["Before", "take_arrivals"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _TWO, _THREE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)

_SECOND, _THIRD, _FOURTH = STEP, _TWO * STEP, _THREE * STEP
_SHORT = np.uint64(4) * STEP
"""The longest row that is kept in registers."""

_Taken = tuple[np.uint64, np.uint64, np.float32, np.float32, np.float32, np.float32]
"""As `take_arrivals` returns it."""


class Before(NamedTuple):
    """What precedes a group."""

    decay_syn: np.float32  # over the window before it
    decay_m: np.float32
    n_spikes: np.int32  # that have occurred at the place
    n_released: np.int32  # the same of refractory periods that have ended


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _begin(group: np.uint64, place: Place) -> tuple[np.uint64, np.uint64, np.float32, np.float32]:
    """Return the first and the last event of a group, and the tangents of its window."""
    groups, constants, one = place.groups, place.constants, np.float32(1.0)
    event = place.event0 + _index(groups[group].start)
    last = place.event0 + _index(groups[group + _ONE].start) - _ONE
    window = groups[group].window
    return event, last, window / constants.tau_syn - one, one - window / constants.tau_m


@jit(inline="always")
def _keep(step: np.uint64, a: NDArray[np.float32], b: NDArray[np.float32], near: np.uint64, place: Place) -> None:
    """Write down the state of the neurons of one step of lanes."""
    store(place.A, step * STEP, a)
    store(place.B, step * STEP, b)
    place.near[step] = near


def _through_short_row(steps: int, compiled: Callable[[Any], Any]) -> Any:
    """Return `take_arrivals` without grades for rows of so many steps, which are known when it is compiled."""
    second, third, fourth = steps > 1, steps > 2, steps > 3

    @compiled
    def take(group: np.uint64, end: np.uint64, before: Before, place: Place) -> _Taken:
        decay_syn, decay_m, n_spikes, n_released = before
        weights, events, groups, A, B = place.weights, place.events, place.groups, place.A, place.B
        stride = place.stride
        a0, b0 = load(A, _ZERO), load(B, _ZERO)
        a1 = a2 = a3 = b1 = b2 = b3 = zeros()
        if second:
            a1, b1 = load(A, _SECOND), load(B, _SECOND)
        if third:
            a2, b2 = load(A, _THIRD), load(B, _THIRD)
        if fourth:
            a3, b3 = load(A, _FOURTH), load(B, _FOURTH)
        while True:
            event, last, tangent_A, tangent_B = _begin(group, place)
            w0 = w1 = w2 = w3 = zeros()
            while event + _ONE < last:  # in pairs, as `sum_rows` does
                row = row_of(events, event, place.weight0, stride)
                then = row_of(events, event + _ONE, place.weight0, stride)
                w0 = add(w0, add(load(weights, row), load(weights, then)))
                if second:
                    w1 = add(w1, add(load(weights, row + _SECOND), load(weights, then + _SECOND)))
                if third:
                    w2 = add(w2, add(load(weights, row + _THIRD), load(weights, then + _THIRD)))
                if fourth:
                    w3 = add(w3, add(load(weights, row + _FOURTH), load(weights, then + _FOURTH)))
                event += _TWO
            while event <= last:
                row = row_of(events, event, place.weight0, stride)
                w0 = add(w0, load(weights, row))
                if second:
                    w1 = add(w1, load(weights, row + _SECOND))
                if third:
                    w2 = add(w2, load(weights, row + _THIRD))
                if fourth:
                    w3 = add(w3, load(weights, row + _FOURTH))
                event += _ONE
            onward = Onward(decay_syn, decay_m, tangent_A, tangent_B, place.constants.c)
            a0, b0, near0 = with_weights(a0, b0, w0, onward)
            near1 = near2 = near3 = _ZERO
            if second:
                a1, b1, near1 = with_weights(a1, b1, w1, onward)
            if third:
                a2, b2, near2 = with_weights(a2, b2, w2, onward)
            if fourth:
                a3, b3, near3 = with_weights(a3, b3, w3, onward)
            found = near0 | near1 | near2 | near3
            decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
            groups[group].stop, groups[group].released = n_spikes, n_released
            if found != _ZERO or group + _ONE == end:
                break
            group += _ONE
        _keep(_ZERO, a0, b0, near0, place)
        if second:
            _keep(_ONE, a1, b1, near1, place)
        if third:
            _keep(_TWO, a2, b2, near2, place)
        if fourth:
            _keep(_THREE, a3, b3, near3, place)
        return group, found, decay_syn, decay_m, tangent_A, tangent_B

    return take


_take_16 = _through_short_row(1, jit(inline="always", fastmath=FLOAT_FLAGS))  # a call would take longer than its work
_take_32, _take_48, _take_64 = (_through_short_row(steps, subroutine(fastmath=FLOAT_FLAGS)) for steps in (2, 3, 4))


@subroutine(fastmath=FLOAT_FLAGS)
def _take_long(group: np.uint64, end: np.uint64, before: Before, place: Place) -> _Taken:
    """Do the same with the state of the neurons in memory."""
    decay_syn, decay_m, n_spikes, n_released = before
    weights, events, groups, stride = place.weights, place.events, place.groups, place.stride
    while True:
        event, last, tangent_A, tangent_B = _begin(group, place)
        if event == last:
            earlier, at = place.none, _ZERO
        elif event + _ONE == last:
            earlier, at = weights, row_of(events, event, place.weight0, stride)
        else:
            sum_rows(event, last, place)
            earlier, at = place.total, _ZERO
        row = row_of(events, last, place.weight0, stride)
        onward = Onward(decay_syn, decay_m, tangent_A, tangent_B, place.constants.c)
        found = take_arrival(earlier, at, row, onward, place)
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        groups[group].stop, groups[group].released = n_spikes, n_released
        if found != _ZERO or group + _ONE == end:
            return group, found, decay_syn, decay_m, tangent_A, tangent_B
        group += _ONE


@subroutine(fastmath=FLOAT_FLAGS)
def _take_grades(begin: np.uint64, end: np.uint64, place: Place) -> None:
    """Add the grades of the events of groups ``begin`` to before ``end``, times their weights, to D."""
    weights, events, D, stride = place.weights, place.events, place.D, place.stride
    first, last = place.event0 + _index(place.groups[begin].start), place.event0 + _index(place.groups[end].start)
    for event in range(first, last):
        grade = events[event].grade
        if grade != np.float32(0.0):
            row = row_of(events, event, place.weight0, stride)
            for k in range(_index(D.size)):
                D[k] += weights[row + k] * grade


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_arrivals(group: np.uint64, end: np.uint64, before: Before, graded: bool, place: Place) -> _Taken:
    """Take groups of arrivals from ``group`` to before ``end``, until a neuron may reach threshold in a window.

    Parameters
    ----------
    before
        The first of them.
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
        taken: _Taken = _take_16(group, end, before, place)
    elif width == _THIRD:
        taken = _take_32(group, end, before, place)
    elif width == _FOURTH:
        taken = _take_48(group, end, before, place)
    elif width == _SHORT:
        taken = _take_64(group, end, before, place)
    else:
        taken = _take_long(group, end, before, place)
    if graded:
        _take_grades(begin, taken[0] + _ONE, place)
    return taken
