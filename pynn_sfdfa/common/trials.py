"""Recorded spikes by trial: simulators count time from the start of a run, learning counts trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["first_spikes", "trial_counts"]


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


def first_spikes(
    times: NDArray[np.float64], neurons: NDArray[np.int64], duration: float, trials: int, n: int
) -> NDArray[np.float32]:
    """Return when each neuron spiked first in each trial, shape (trials, n), in ms from its start, infinite if never.

    Parameters as of `trial_counts`.
    """
    first = np.full(trials * n, np.inf, np.float32)
    trial = _trial(times, duration)
    np.minimum.at(first, trial * n + neurons, (times - trial * duration).astype(np.float32))
    return first.reshape(trials, n)


def _trial(times: NDArray[np.float64], duration: float) -> NDArray[np.int64]:
    return np.floor(times / duration + 1e-9).astype(np.int64)
