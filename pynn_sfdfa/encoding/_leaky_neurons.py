"""Leaky integrate-and-fire neurons that sounds drive, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import float64, int64, uint8

from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["fire"]


@kernel(float64[:, ::1], float64, int64, uint8[:, ::1])
def fire(current: NDArray[np.float64], leak: float, refractory: int, spikes: NDArray[np.uint8]) -> None:
    """Let neurons integrate currents that are constant within a sample, from rest at 0 to the threshold at 1.

    Parameters
    ----------
    current : float64, shape (samples, neurons)
        In thresholds: where the potential would go.
    leak : float
        What is left of the potential after a sample without current.
    refractory : int
        Samples after a spike in which the potential stays at 0.
    spikes : uint8, shape (samples, neurons)
        All 0; receives 1 for each spike.
    """
    for neuron in range(current.shape[1]):
        potential, silent = 0.0, 0
        for sample in range(current.shape[0]):
            if silent > 0:
                silent -= 1
                continue
            potential = leak * potential + (1.0 - leak) * current[sample, neuron]
            if potential >= 1.0:
                spikes[sample, neuron] = 1
                potential, silent = 0.0, refractory
