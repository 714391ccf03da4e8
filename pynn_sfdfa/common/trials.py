"""Trials on simulators, which count time from the start of a run: the steps of one, and recorded spikes by trial."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pyNN import errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spikes_of_trials", "steps_in_trial", "trial_counts"]


def steps_in_trial(duration: float, step: float) -> int:
    """Return the steps (ms) in a trial (ms).

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If the duration is not a multiple of the step.
    """
    steps = round(duration / step)
    if steps < 1 or not math.isclose(steps * step, duration, rel_tol=1e-9):
        near = max(steps, 1) * step
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: trial_duration = {duration:g} ms is not a multiple of the timestep of {step:g} ms; choose "
            f"{near:g} ms, or a timestep that divides {duration:g} ms in setup()."
        )
    return steps


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
