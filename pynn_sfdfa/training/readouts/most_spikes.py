"""The readout of spike counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.training.readouts.readout import Readout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.training.responses import Responses

__all__ = ["MostSpikes"]


@dataclass(frozen=True)
class MostSpikes(Readout):
    """The output neuron with the most spikes, the first of several."""

    name: ClassVar[str] = "most-spikes"

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,)."""
        winners: NDArray[np.int64] = responses.counts.argmax(axis=1)
        return winners
