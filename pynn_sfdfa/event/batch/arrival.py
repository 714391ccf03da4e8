"""What an arrival does to all neurons of a layer: the passes over rows of the forward kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["mark_candidates", "sum_rows", "take_arrival"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ONE, _TWO, _EIGHT = np.uint64(1), np.uint64(2), np.uint64(8)

# Counting candidates is the one sum whose order is free: it is a sum of ones.
_COUNT_FLAGS = FLOAT_FLAGS | {"reassoc"}


@jit(inline="always")
def _row(events: NDArray[np.void], event: np.uint64, matrix: np.uint64, width: np.uint64) -> np.uint64:
    """Return where the weights of an event begin."""
    return (matrix + _index(events[event].unit)) * width


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
    total[:] = np.float32(0.0)
    while event + _EIGHT <= last:
        r0, r1 = _row(events, event, matrix, width), _row(events, event + _ONE, matrix, width)
        r2, r3 = (
            _row(events, event + _TWO, matrix, width),
            _row(events, event + _index(3), matrix, width),
        )
        r4, r5 = (
            _row(events, event + _index(4), matrix, width),
            _row(events, event + _index(5), matrix, width),
        )
        r6, r7 = (
            _row(events, event + _index(6), matrix, width),
            _row(events, event + _index(7), matrix, width),
        )
        for lane in range(width):
            first = total[lane] + (weights[r0 + lane] + weights[r1 + lane]) + (weights[r2 + lane] + weights[r3 + lane])
            then = first + (weights[r4 + lane] + weights[r5 + lane])
            total[lane] = then + (weights[r6 + lane] + weights[r7 + lane])
        event += _EIGHT
    while event < last:
        first = _row(events, event, matrix, width)
        event += _ONE
        if event < last:
            second = _row(events, event, matrix, width)
            event += _ONE
            for lane in range(width):
                total[lane] += weights[first + lane] + weights[second + lane]
        else:
            for lane in range(width):
                total[lane] += weights[first + lane]


@subroutine(fastmath=_COUNT_FLAGS)
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
) -> np.float32:
    """Decay A and B, add the weights, and return how many neurons may reach threshold within the window."""
    one, candidates = np.float32(1.0), np.float32(0.0)
    for lane in range(_index(A.size)):
        w = earlier[earlier_at + lane] + weights[at + lane]
        a = A[lane] * decay_syn + w
        b = B[lane] * decay_m + w
        A[lane] = a
        B[lane] = b
        candidates += one if b * tangent_B + a * tangent_A >= c else np.float32(0.0)
    return candidates


@subroutine(fastmath=FLOAT_FLAGS)
def mark_candidates(
    tangent_A: np.float32,
    tangent_B: np.float32,
    c: np.float32,
    A: NDArray[np.float32],
    B: NDArray[np.float32],
    candidate: NDArray[np.uint8],
) -> None:
    """Set a flag for each neuron that may reach threshold within the window."""
    for lane in range(_index(A.size)):
        candidate[lane] = B[lane] * tangent_B + A[lane] * tangent_A >= c
