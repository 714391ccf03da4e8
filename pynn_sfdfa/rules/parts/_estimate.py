"""Feedback weights estimated forward, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["estimate", "estimate_of_both"]


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


@kernel(_rows, _rows, _row, _row, int32[:, ::1], _rows, _rows, float32, fastmath=FLOAT_FLAGS)
def estimate_of_both(
    feedback: NDArray[np.float32],
    share: NDArray[np.float32],
    together: NDArray[np.float32],
    correlation: NDArray[np.float32],
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
) -> None:
    """The mean of v_i d_o over the trials in which both have fired (docs/algorithm.md, section 11)."""
    trials, hidden = counts.shape
    n = np.float32(trials)
    for o in range(feedback.shape[0]):
        row, own = feedback[o], share[o]
        for i in range(hidden):
            together[i] = np.float32(0.0)
            correlation[i] = np.float32(0.0)
        for trial in range(trials):
            d = directional[trial, o]
            if d == np.float32(0.0):
                continue
            for i in range(hidden):
                together[i] += np.float32(1.0) if counts[trial, i] > 0 else np.float32(0.0)
                correlation[i] += perturbation[trial, i] * d
        for i in range(hidden):
            met = together[i] / n
            own[i] += learning_rate * (met - own[i])
            if met > 0 and own[i] > 0:  # at a rate of 0 nothing is known, and feedback stays as it is
                row[i] += learning_rate / own[i] * (correlation[i] / n - met * row[i])
