"""Adam, compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import float32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["adam"]


@kernel(*4 * (float32[::1],), *6 * (float32,), fastmath=FLOAT_FLAGS)
def adam(
    weights: NDArray[np.float32],
    gradient: NDArray[np.float32],
    mean: NDArray[np.float32],
    square: NDArray[np.float32],
    rate: np.float32,
    beta1: np.float32,
    beta2: np.float32,
    rest1: np.float32,
    rest2: np.float32,
    epsilon: np.float32,
) -> None:
    """Adam on flat arrays; the gradient is set to zero on the way. The bias corrections are in rate and epsilon.

    ``rest1`` and ``rest2`` are 1 - beta1 and 1 - beta2; a difference of float32 values would lose their last digits.
    """
    for i in range(weights.size):
        g = gradient[i]
        gradient[i] = np.float32(0.0)
        m = beta1 * mean[i] + rest1 * g
        s = beta2 * square[i] + rest2 * (g * g)
        mean[i] = m
        square[i] = s
        weights[i] -= rate * m / (np.float32(math.sqrt(s)) + epsilon)
