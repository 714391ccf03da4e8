"""Errors projected by feedback weights, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["project"]


@kernel(float32[:, ::1], float32[:, ::1], float32[::1], float32[:, ::1], fastmath=FLOAT_FLAGS)
def project(
    output_error: NDArray[np.float32],
    feedback: NDArray[np.float32],
    offset: NDArray[np.float32],
    error: NDArray[np.float32],
) -> None:
    """``e_i = sum_o Bfb[o, i] e_o + offset_i`` (docs/algorithm.md, section 5), in every trial."""
    trials, outputs = output_error.shape
    for trial in range(trials):
        row = error[trial]
        for i in range(row.size):
            row[i] = offset[i]
        for o in range(0, outputs - 1, 2):  # two at a time: the pass over the row costs more than the arithmetic
            e, weights = output_error[trial, o], feedback[o]
            e_next, weights_next = output_error[trial, o + 1], feedback[o + 1]
            for i in range(row.size):
                row[i] += weights[i] * e + weights_next[i] * e_next
        if outputs % 2:
            e, weights = output_error[trial, outputs - 1], feedback[outputs - 1]
            for i in range(row.size):
                row[i] += weights[i] * e
