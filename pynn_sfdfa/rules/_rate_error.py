"""Rate regularisation, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["rate_error"]


@kernel(int32[:, ::1], float32, float32, float32[::1], fastmath=FLOAT_FLAGS)
def rate_error(counts: NDArray[np.int32], rho: np.float32, r_target: np.float32, error: NDArray[np.float32]) -> None:
    """``e_i = rho (r_target - mean over the trials of n_i)``, shape (neurons,); counts is (trials, neurons)."""
    trials, neurons = counts.shape
    for trial in range(trials):
        for i in range(neurons):
            error[i] += np.float32(counts[trial, i])
    for i in range(neurons):
        error[i] = rho * (r_target - error[i] / np.float32(trials))
