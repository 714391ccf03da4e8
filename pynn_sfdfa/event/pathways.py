"""The synapses of one projection between two populations, and the spikes travelling along them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.event.advance import Spikes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.common.bulk import Address

__all__ = ["Pathway", "merge", "no_spikes"]


def no_spikes() -> Spikes:
    """Return an empty list of spikes."""
    return Spikes(np.empty(0), np.empty(0, np.int64), np.empty(0))


def merge(parts: list[Spikes]) -> Spikes:
    """Return all spikes in order of time; those of one time in order of neuron."""
    if not parts:
        return no_spikes()
    time, neuron, grade = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((neuron, time))
    return Spikes(time[order], neuron[order], grade[order])


class Pathway:
    """The synapses of one projection between one source and one target population (whole populations, never views).

    Parameters
    ----------
    projection : Projection
        Owner of the synapses' parameters.
    source, target : Population
        Where spikes come from and go to.
    at : Address
        Which synapses of the projection they are, and of which neurons.
    """

    def __init__(self, projection: Any, source: Any, target: Any, at: Address) -> None:
        self.projection = projection
        self.source = source
        self.target = target
        self.synapses, self.pre, self.post = at.synapses, at.pre, at.post
        self.in_flight = no_spikes()

    @property
    def carries_spikes(self) -> bool:
        """Whether spikes travel along it; feedback of errors waits for the end of a trial."""
        return self.pre.size > 0 and self.projection.receptor_type != "error"

    @property
    def timed(self) -> bool:
        """Whether it is feedback along which output spikes travel, too."""
        return bool(getattr(self.projection.synapse_type, "timed", False))

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a variable of these synapses as the projection knows it, or zeros if they have no such variable."""
        known = self.projection.values
        selected: NDArray[np.float64] = known[name][self.synapses] if name in known else np.zeros(self.pre.size)
        return selected

    def depart(self, spikes: Spikes) -> None:
        """Send off spikes of the source; their arrival is fixed by the delay of this moment."""
        departed = Spikes(spikes.time + self.projection.delay, spikes.neuron, spikes.grade)
        self.in_flight = merge([self.in_flight, departed]) if self.in_flight.time.size else departed

    def arrive(self, end: float) -> Spikes:
        """Take the spikes that arrive up to and including ``end``."""
        border = int(np.searchsorted(self.in_flight.time, end, side="right"))
        time, neuron, grade = self.in_flight
        self.in_flight = Spikes(time[border:], neuron[border:], grade[border:])
        return Spikes(time[:border], neuron[:border], grade[:border])

    def drop(self) -> None:
        """Forget the spikes in flight."""
        self.in_flight = no_spikes()
