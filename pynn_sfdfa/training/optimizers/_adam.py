"""Adam, compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int64

from pynn_sfdfa.support.jit import FLOAT_FLAGS, fetch_to_write, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["adam"]


# Unsigned indices, for the reason given in event/batch/forward.py.
_index = np.uint64

_LINE = np.uint64(16)  # numbers of a cache line
_AHEAD = np.uint64(4)
"""Rows of weights that are fetched before they change: all threads have read them for the trials before."""

_NOTHING = np.float32(1e-36)
"""Means below become 0, and change no weight by that. They would only decay, to numbers of few digits, in which they
would stay, and with which processors are many times as slow: after 830 steps without a gradient."""


@kernel(*4 * (float32[::1],), *2 * (int64,), *6 * (float32,), fastmath=FLOAT_FLAGS)
def adam(
    weights: NDArray[np.float32],
    gradient: NDArray[np.float32],
    mean: NDArray[np.float32],
    square: NDArray[np.float32],
    lanes: int,
    apart: int,
    rate: np.float32,
    beta1: np.float32,
    beta2: np.float32,
    rest1: np.float32,
    rest2: np.float32,
    epsilon: np.float32,
) -> None:
    """Adam on flat arrays; the gradient is set to zero on the way. The bias corrections are in rate and epsilon.

    Of the weights it changes so many ``lanes`` of each row, and rows lie ``apart`` from each other; in the other arrays
    one row follows the other.

    ``rest1`` and ``rest2`` are 1 - beta1 and 1 - beta2; a difference of float32 values would lose their last digits.
    """
    rows = _index(gradient.size) // _index(lanes)
    for row in range(rows):
        begin, own = row * _index(apart), row * _index(lanes)
        if row + _AHEAD < rows:
            for lane in range(_index(0), _index(lanes), _LINE):
                fetch_to_write(weights, begin + _AHEAD * _index(apart) + lane)
        for lane in range(_index(lanes)):
            i = own + lane
            g = gradient[i]
            gradient[i] = np.float32(0.0)
            m = beta1 * mean[i] + rest1 * g
            s = beta2 * square[i] + rest2 * (g * g)
            m = np.float32(0.0) if abs(m) < _NOTHING else m  # nan stays what it is
            mean[i] = m
            square[i] = s
            weights[begin + lane] -= rate * m / (np.float32(math.sqrt(s)) + epsilon)
