"""Recorded spikes by trial: simulators count time from the start of a run, learning counts trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spikes_of_trials", "trial_counts"]


def trial_counts(
    times: NDArray[np.float64], neurons: NDArray[np.int64], duration: float, trials: int, n: int
) -> NDArray[np.int32]:
    """Return how often each neuron spiked in each trial, shape (trials, n).

    Parameters
    ----------
    times : float64, shape (spikes,)
        ms from the start of the first trial.
    neurons : int64, shape (spikes,)
    duration : float
        Of a trial, ms.
    trials, n : int
    """
    cells = _trial(times, duration) * n + neurons
    return np.bincount(cells, minlength=trials * n).reshape(trials, n).astype(np.int32)


def spikes_of_trials(
    times: NDArray[np.float64], neurons: NDArray[np.int64], duration: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return the trial, the neuron and the time in ms from the start of the trial of each spike.

    Parameters as of `trial_counts`.
    """
    trial = _trial(times, duration)
    return trial, neurons, (times - trial * duration).astype(np.float32)


def _trial(times: NDArray[np.float64], duration: float) -> NDArray[np.int64]:
    return np.floor(times / duration + 1e-9).astype(np.int64)
