"""Feedback weights estimated forward, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["estimate"]


_row, _rows = float32[::1], float32[:, ::1]


@kernel(_rows, _row, _row, int32[:, ::1], _rows, _rows, float32, fastmath=FLOAT_FLAGS)
def estimate(
    feedback: NDArray[np.float32],
    fired: NDArray[np.float32],
    correlation: NDArray[np.float32],
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
) -> None:
    """``Bfb[o, i] += eta_B (mean of v_i d_o - Bfb[o, i])`` (docs/algorithm.md, section 5)."""
    trials, hidden = counts.shape
    for trial in range(trials):
        for i in range(hidden):
            fired[i] += np.float32(1.0) if counts[trial, i] > 0 else np.float32(0.0)
    for o in range(feedback.shape[0]):
        row = feedback[o]
        for i in range(hidden):
            correlation[i] = np.float32(0.0)
        for trial in range(trials):
            d = directional[trial, o]
            if d == np.float32(0.0):  # of a neuron that is silent, say
                continue
            for i in range(hidden):
                correlation[i] += perturbation[trial, i] * d
        for i in range(hidden):
            if fired[i] > 0:
                row[i] += learning_rate * (correlation[i] / fired[i] - row[i])
