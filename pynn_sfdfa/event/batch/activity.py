"""How active a layer was in a batch of trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["summarise"]


@jit
def summarise(counts: NDArray[np.int32], cap: int) -> tuple[NDArray[np.int64], int]:
    """Return the spikes of each neuron summed over the trials, and in how many cases the cap was reached.

    Parameters
    ----------
    counts : int32, shape (trials, neurons)
    cap : int
        The most spikes of one neuron in one trial.
    """
    trials, neurons = counts.shape
    spikes, capped = np.zeros(neurons, np.int64), 0
    for trial in range(trials):
        for i in range(neurons):
            spikes[i] += counts[trial, i]
            capped += counts[trial, i] >= cap
    return spikes, capped
