"""What an arrival does to all neurons of a layer: the passes over rows of the forward kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.lanes import STEP, add, at_least, load, scaled, scaled_plus, store, zeros
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants

__all__ = ["Onward", "Place", "row_of", "sum_rows", "take_arrival", "with_weights"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _TWO, _EIGHT = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(8)


class Place(NamedTuple):
    """What lies at a place, a site of a layer in a trial; the state of its neurons is changed in place."""

    event0: np.uint64  # its first event
    weight0: np.uint64  # where the weights of its neurons with the first unit begin
    stride: np.uint64  # how far those with the next one are from them
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


class Onward(NamedTuple):
    """From one arrival to the next, and the window that begins there."""

    decay_syn: np.float32
    decay_m: np.float32
    tangent_A: np.float32  # until the window's end
    tangent_B: np.float32
    c: np.float32


@jit(inline="always")
def row_of(events: NDArray[np.void], event: np.uint64, weight0: np.uint64, stride: np.uint64) -> np.uint64:
    """Return where the weights of an event begin."""
    return weight0 + _index(events[event].unit) * stride


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _pair(weights: NDArray[np.float32], first: np.uint64 | int, second: np.uint64 | int) -> NDArray[np.float32]:
    """Return the sums of two stretches of weights."""
    return add(load(weights, first), load(weights, second))


@subroutine(fastmath=FLOAT_FLAGS)
def sum_rows(event: np.uint64, last: np.uint64, place: Place) -> None:
    """Add up the weights of the events from ``event`` to before ``last`` in its total, in pairs, eight rows a pass."""
    weights, events, total = place.weights, place.events, place.total
    first, stride, width = place.weight0, place.stride, _index(total.size)
    for lane in range(_ZERO, width, STEP):
        store(total, lane, zeros())
    while event + _EIGHT <= last:
        r0, r1 = row_of(events, event, first, stride), row_of(events, event + _ONE, first, stride)
        r2, r3 = (
            row_of(events, event + _TWO, first, stride),
            row_of(events, event + _index(3), first, stride),
        )
        r4, r5 = (
            row_of(events, event + _index(4), first, stride),
            row_of(events, event + _index(5), first, stride),
        )
        r6, r7 = (
            row_of(events, event + _index(6), first, stride),
            row_of(events, event + _index(7), first, stride),
        )
        for lane in range(_ZERO, width, STEP):
            pairs = add(load(total, lane), _pair(weights, r0 + lane, r1 + lane))
            then = add(add(pairs, _pair(weights, r2 + lane, r3 + lane)), _pair(weights, r4 + lane, r5 + lane))
            store(total, lane, add(then, _pair(weights, r6 + lane, r7 + lane)))
        event += _EIGHT
    while event < last:
        first_row = row_of(events, event, first, stride)
        event += _ONE
        if event < last:
            second_row = row_of(events, event, first, stride)
            event += _ONE
            for lane in range(_ZERO, width, STEP):
                store(total, lane, add(load(total, lane), _pair(weights, first_row + lane, second_row + lane)))
        else:
            for lane in range(_ZERO, width, STEP):
                store(total, lane, add(load(total, lane), load(weights, first_row + lane)))


@jit(inline="always", fastmath=FLOAT_FLAGS)
def with_weights(
    a: NDArray[np.float32], b: NDArray[np.float32], weights: NDArray[np.float32], onward: Onward
) -> tuple[NDArray[np.float32], NDArray[np.float32], np.uint64]:
    """Return A and B decayed, with weights, and a number whose bits say which may reach threshold within the window."""
    a, b = scaled_plus(a, onward.decay_syn, weights), scaled_plus(b, onward.decay_m, weights)
    return a, b, at_least(scaled_plus(b, onward.tangent_B, scaled(a, onward.tangent_A)), onward.c)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_arrival(
    earlier: NDArray[np.float32],
    earlier_at: np.uint64,
    at: np.uint64,
    onward: Onward,
    place: Place,
) -> np.uint64:
    """Decay A and B, add the weights from ``at`` on, and return 0 if no neuron may reach threshold within the window.

    The bits of its ``near`` say which may.
    """
    weights, A, B, near = place.weights, place.A, place.B, place.near
    found = _ZERO
    for lane in range(_ZERO, _index(A.size), STEP):
        w = add(load(earlier, earlier_at + lane), load(weights, at + lane))
        a, b, bits = with_weights(load(A, lane), load(B, lane), w, onward)
        store(A, lane, a)
        store(B, lane, b)
        near[lane // STEP] = bits
        found |= bits
    return found
