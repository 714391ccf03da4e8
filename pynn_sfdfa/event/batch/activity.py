"""How active a layer was in a batch of trials, and when its neurons fired first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import float32, int32, int64

from pynn_sfdfa.event.batch.places import spike_count
from pynn_sfdfa.event.batch.records import LAYER_TRIALS
from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerTrials

__all__ = ["add_up", "first_spikes", "summarise"]


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


def first_spikes(layer: LayerTrials, n_trials: int, n: int) -> NDArray[np.float32]:
    """Return when each neuron of a layer with one site fired first in each of the first trials, shape (n_trials, n).

    In ms from the start of the trial; infinite for neurons that were silent.
    """
    times = np.full((n_trials, n), np.inf, np.float32)
    find_first(layer, times)
    return times


@kernel(LAYER_TRIALS, float32[:, ::1])
def find_first(layer: LayerTrials, times: NDArray[np.float32]) -> None:
    """Lower ``times`` to the first spike of each neuron; as of `first_spikes`."""
    for trial in range(times.shape[0]):
        first = layer.places[trial].spike
        for k in range(first, first + np.int64(spike_count(layer, np.uint64(trial)))):
            spike = layer.spikes[k]
            times[trial, spike.unit] = min(times[trial, spike.unit], spike.time)
