"""What the times of single spikes say about errors: how far neurons are moved, and how much of a trial is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.order import spike_count
from pynn_sfdfa.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import Arrivals, LayerConstants, Spikes

__all__ = ["fade_errors", "sum_gains"]


@jit(fastmath=FLOAT_FLAGS)
def sum_gains(
    n_trials: int, neurons: int, arrivals: Arrivals, spikes: Spikes, constants: LayerConstants
) -> NDArray[np.float32]:
    """Return the sum of ``(c/tau_m) f`` over the spikes of each neuron, shape (trials, neurons).

    f is the derivative of section 3: how far a spike moves per unit of current. The factor makes it a pure number.
    """
    scale = constants.c / constants.tau_m
    gains = np.zeros((n_trials, neurons), np.float32)
    for trial in range(n_trials):
        for n in range(spike_count(trial, arrivals, spikes)):
            gains[trial, spikes.unit[trial, n]] += scale * spikes.factor[trial, n]
    return gains


@jit(fastmath=FLOAT_FLAGS)
def fade_errors(
    n_trials: int, arrivals: Arrivals, spikes: Spikes, error: NDArray[np.float32], constants: LayerConstants
) -> None:
    """Set ``spikes.error`` so that, with that of its neuron, the error of a spike at t is ``error (1 - t/T)``.

    Parameters
    ----------
    error : float32, shape (trials, width)
        Of each neuron in each trial.
    """
    rate = np.float32(-1.0) / constants.trial_duration
    for trial in range(n_trials):
        for n in range(spike_count(trial, arrivals, spikes)):
            spikes.error[trial, n] = rate * spikes.time[trial, n] * error[trial, spikes.unit[trial, n]]
