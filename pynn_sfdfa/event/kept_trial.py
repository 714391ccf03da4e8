"""What a population keeps of a trial where feedback is timed: its spikes, and when which spikes arrived at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.common.timed import Fired, spike_factors
from pynn_sfdfa.event.pathways import merge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.advance import Cells, Spikes

__all__ = ["KeptTrial"]


class KeptTrial:
    """Spikes and arrivals of one trial, in the order in which a population was advanced through them."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin another trial."""
        self._arrived: list[Spikes] = []
        self._spikes: list[tuple[Spikes, NDArray[np.float64]]] = []

    def keep(self, arrivals: Spikes, spikes: Spikes, currents: NDArray[np.float64]) -> None:
        """Add what arrived, with its presynaptic neurons counted through, and spikes with the currents at them (nA)."""
        self._arrived.append(arrivals)
        self._spikes.append((spikes, currents))

    def fired(self, cells: Cells, exact: bool) -> Fired:
        """Return the spikes in order of time."""
        time, neuron, current = merge([spikes._replace(grade=currents) for spikes, currents in self._spikes])
        constants = {"tau_m": cells.tau_m, "tau_syn": cells.tau_syn, "c": cells.c}
        factor = spike_factors(current, neuron, exact, constants)
        return Fired(time, neuron, factor, constants)

    def arrivals(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return when spikes arrived (ms), and from which presynaptic neuron."""
        if not self._arrived:
            return np.empty(0), np.empty(0, np.int64)
        return np.concatenate([a.time for a in self._arrived]), np.concatenate([a.neuron for a in self._arrived])
