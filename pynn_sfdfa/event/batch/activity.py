"""How active a layer was in a batch of trials, and when its neurons fired first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import int32, int64

from pynn_sfdfa.support.jit import kernel
from pynn_sfdfa.training.responses import OutputSpikes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["add_up", "spikes_of", "summarise"]


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


def spikes_of(layer: LayerTrials, n_trials: int, duration: float) -> OutputSpikes:
    """Return copies of the spikes of a layer with one site in the first trials, which last so long (ms)."""
    counts = layer.counts.reshape(layer.places.size, -1)[:n_trials].sum(axis=1)
    ends, first = np.cumsum(counts), layer.places["spike"][:n_trials]
    spikes = layer.spikes[np.arange(counts.sum()) + np.repeat(first - (ends - counts), counts)]
    samples, units = np.repeat(np.arange(n_trials), counts), spikes["unit"].astype(np.int64)
    return OutputSpikes(samples, units, np.array(spikes["time"]), duration)
