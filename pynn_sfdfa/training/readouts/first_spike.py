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
    of_times: ClassVar[bool] = True

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample; ValueError if nobody has asked for times when the samples were shown."""
        samples, n_out = responses.counts.shape
        winners: NDArray[np.int64] = self.times(responses).first((samples, n_out)).argmin(axis=1)
        return winners
