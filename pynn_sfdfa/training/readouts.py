"""Readouts: which class the output spikes of a sample stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.training.responses import Responses

__all__ = ["FirstSpike", "MostSpikes", "Readout"]


class Readout(Protocol):
    """Decides by the output spikes; a small immutable object."""

    @property
    def of_first_spikes(self) -> bool:
        """Whether it asks for the times of first spikes."""
        ...

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,)."""
        ...


@dataclass(frozen=True)
class MostSpikes:
    """The output neuron with the most spikes, the first of several."""

    name: ClassVar[str] = "most-spikes"
    of_first_spikes: ClassVar[bool] = False

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,)."""
        winners: NDArray[np.int64] = responses.counts.argmax(axis=1)
        return winners


@dataclass(frozen=True)
class FirstSpike:
    """The output neuron that spikes first, the first of several; where all are silent, class 0."""

    name: ClassVar[str] = "first-spike"
    of_first_spikes: ClassVar[bool] = True

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,); ValueError without times of first spikes."""
        if responses.first_spikes is None:
            raise ValueError("FirstSpike decides by the times of first spikes, and these responses have none.")
        winners: NDArray[np.int64] = responses.first_spikes.argmin(axis=1)
        return winners
