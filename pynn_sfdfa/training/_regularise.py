"""Regularisation of weights, compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int64

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["regularise"]

# Unsigned indices: a signed one is checked for counting from the end.
_index = np.uint64
_ONE = np.uint64(1)


@kernel(*2 * (float32[::1], int64), float32, float32, float32, float32[::1], fastmath=FLOAT_FLAGS)
def regularise(
    weights: NDArray[np.float32],
    apart: int,
    gradient: NDArray[np.float32],
    gradient_apart: int,
    rate: np.float32,
    beta: np.float32,
    scale: np.float32,
    factors: NDArray[np.float32],
) -> None:
    """Add ``rate w exp(beta (mean of (w/scale)^2 - 1))`` to the gradient.

    There are as many columns as ``factors``, which is scratch space; the mean is over the rows. The gradient may be the
    weights themselves.
    """
    lanes = _index(factors.size)
    rows = _ONE + (_index(weights.size) - lanes) // _index(apart)
    factors[:] = np.float32(0.0)
    for row in range(rows):
        for lane in range(lanes):
            w = weights[row * _index(apart) + lane]
            factors[lane] += w * w
    share = np.float32(1.0) / (np.float32(rows) * scale * scale)
    for lane in range(lanes):
        factors[lane] = rate * np.float32(math.exp(beta * (factors[lane] * share - np.float32(1.0))))
    for row in range(rows):
        for lane in range(lanes):
            gradient[row * _index(gradient_apart) + lane] += weights[row * _index(apart) + lane] * factors[lane]
