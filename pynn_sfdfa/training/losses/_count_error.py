"""Errors of spike counts, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32, int64

from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["count_error"]


@kernel(int32[:, ::1], int64[::1], float32, float32, float32, float32[:, ::1])
def count_error(
    counts: NDArray[np.int32],
    labels: NDArray[np.int64],
    target: np.float32,
    other: np.float32,
    margin: np.float32,
    error: NDArray[np.float32],
) -> None:
    """``e_o = target_o - n_o``, or 0 if that is within the margin (docs/algorithm.md, section 5)."""
    for trial in range(counts.shape[0]):
        for o in range(counts.shape[1]):
            e = (target if o == labels[trial] else other) - np.float32(counts[trial, o])
            error[trial, o] = e if abs(e) > margin else np.float32(0.0)
