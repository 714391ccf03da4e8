"""What an arrival does to all neurons of a layer: the passes over rows of the forward kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.lanes import STEP, add, at_least, load, scaled, scaled_plus, store, zeros
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["row_of", "sum_rows", "take_arrival"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _TWO, _EIGHT = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(8)


@jit(inline="always")
def row_of(events: NDArray[np.void], event: np.uint64, matrix: np.uint64, width: np.uint64) -> np.uint64:
    """Return where the weights of an event begin."""
    return (matrix + _index(events[event].unit)) * width


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _pair(weights: NDArray[np.float32], first: np.uint64 | int, second: np.uint64 | int) -> NDArray[np.float32]:
    """Return the sums of two stretches of weights."""
    return add(load(weights, first), load(weights, second))


@subroutine(fastmath=FLOAT_FLAGS)
def sum_rows(
    weights: NDArray[np.float32],
    matrix: np.uint64,
    events: NDArray[np.void],
    event: np.uint64,
    last: np.uint64,
    total: NDArray[np.float32],
) -> None:
    """Add up the weights of the events from ``event`` to before ``last``, in pairs, eight rows a pass.

    ``matrix`` is the first row of the weights of their site.
    """
    width = _index(total.size)
    for lane in range(_ZERO, width, STEP):
        store(total, lane, zeros())
    while event + _EIGHT <= last:
        r0, r1 = row_of(events, event, matrix, width), row_of(events, event + _ONE, matrix, width)
        r2, r3 = (
            row_of(events, event + _TWO, matrix, width),
            row_of(events, event + _index(3), matrix, width),
        )
        r4, r5 = (
            row_of(events, event + _index(4), matrix, width),
            row_of(events, event + _index(5), matrix, width),
        )
        r6, r7 = (
            row_of(events, event + _index(6), matrix, width),
            row_of(events, event + _index(7), matrix, width),
        )
        for lane in range(_ZERO, width, STEP):
            first = add(load(total, lane), _pair(weights, r0 + lane, r1 + lane))
            then = add(add(first, _pair(weights, r2 + lane, r3 + lane)), _pair(weights, r4 + lane, r5 + lane))
            store(total, lane, add(then, _pair(weights, r6 + lane, r7 + lane)))
        event += _EIGHT
    while event < last:
        first_row = row_of(events, event, matrix, width)
        event += _ONE
        if event < last:
            second_row = row_of(events, event, matrix, width)
            event += _ONE
            for lane in range(_ZERO, width, STEP):
                store(total, lane, add(load(total, lane), _pair(weights, first_row + lane, second_row + lane)))
        else:
            for lane in range(_ZERO, width, STEP):
                store(total, lane, add(load(total, lane), load(weights, first_row + lane)))


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_arrival(
    earlier: NDArray[np.float32],
    earlier_at: np.uint64,
    weights: NDArray[np.float32],
    at: np.uint64,
    decay_syn: np.float32,
    decay_m: np.float32,
    tangent_A: np.float32,
    tangent_B: np.float32,
    c: np.float32,
    A: NDArray[np.float32],
    B: NDArray[np.float32],
    near: NDArray[np.uint16],
) -> np.uint64:
    """Decay A and B, add the weights, and return 0 if no neuron may reach threshold within the window.

    The bits of ``near`` say which may.
    """
    found = _ZERO
    for lane in range(_ZERO, _index(A.size), STEP):
        w = add(load(earlier, earlier_at + lane), load(weights, at + lane))
        a = scaled_plus(load(A, lane), decay_syn, w)
        b = scaled_plus(load(B, lane), decay_m, w)
        store(A, lane, a)
        store(B, lane, b)
        bits = at_least(scaled_plus(b, tangent_B, scaled(a, tangent_A)), c)
        near[lane // STEP] = bits
        found |= bits
    return found
