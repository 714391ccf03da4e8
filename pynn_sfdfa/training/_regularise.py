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


@kernel(*2 * (float32[:, ::1],), int64, float32, float32, float32, float32[::1], fastmath=FLOAT_FLAGS)
def regularise(
    weights: NDArray[np.float32],
    gradient: NDArray[np.float32],
    lowest: int,
    rate: np.float32,
    beta: np.float32,
    scale: np.float32,
    factors: NDArray[np.float32],
) -> None:
    """Add ``rate w exp(beta (mean of (w/scale)^2 - 1))`` to the gradient of the columns from ``lowest``.

    There are as many columns as ``factors``, which is scratch space; the mean is over the rows. The gradient may be the
    weights themselves.
    """
    rows, lanes, first = _index(weights.shape[0]), _index(factors.size), _index(lowest)
    factors[:] = np.float32(0.0)
    for row in range(rows):
        for lane in range(lanes):
            w = weights[row, first + lane]
            factors[lane] += w * w
    share = np.float32(1.0) / (np.float32(weights.shape[0]) * scale * scale)
    for lane in range(lanes):
        factors[lane] = rate * np.float32(math.exp(beta * (factors[lane] * share - np.float32(1.0))))
    for row in range(rows):
        for lane in range(lanes):
            gradient[row, first + lane] += weights[row, first + lane] * factors[lane]
