"""How active a layer was in a batch of trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import int32, int64

from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["add_up", "summarise"]


def summarise(counts: NDArray[np.int32], cap: int) -> tuple[NDArray[np.int64], int]:
    """Return the spikes of each neuron summed over the trials, and in how many cases the cap was reached.

    Parameters
    ----------
    counts : int32, shape (trials, neurons)
    cap : int
        The most spikes of one neuron in one trial.
    """
    spikes = np.zeros(counts.shape[1], np.int64)
    return spikes, add_up(counts, cap, spikes)


@kernel(int32[:, ::1], int64, int64[::1])
def add_up(counts: NDArray[np.int32], cap: int, spikes: NDArray[np.int64]) -> int:
    """Add the spikes of all trials to ``spikes``; the rest is as of `summarise`."""
    trials, neurons = counts.shape
    capped = 0
    for trial in range(trials):
        for i in range(neurons):
            spikes[i] += counts[trial, i]
            capped += counts[trial, i] >= cap
    return capped
