"""The readout of first spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.training.readouts.readout import Readout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.training.responses import Responses

__all__ = ["FirstSpike"]


@dataclass(frozen=True)
class FirstSpike(Readout):
    """The output neuron that spikes first, the first of several; where all are silent, class 0."""

    name: ClassVar[str] = "first-spike"
    of_first_spikes: ClassVar[bool] = True

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,).

        Raises
        ------
        ValueError
            If nobody has asked for first spikes when the samples were shown.
        """
        if responses.first_spikes is None:
            raise ValueError("FirstSpike decides by the times of first spikes, and these responses have none.")
        winners: NDArray[np.int64] = responses.first_spikes.argmin(axis=1)
        return winners
