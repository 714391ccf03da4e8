"""The readout of spike counts in which early spikes count more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.training.readouts.readout import Readout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.training.responses import Responses

__all__ = ["EarlySpikes"]


@dataclass(frozen=True)
class EarlySpikes(Readout):
    """The output neuron whose spikes weigh most, each by the time that is left of the trial when it comes.

    That is the count of spikes so far, averaged over the trial. The first of several; where all are silent, class 0.
    """

    name: ClassVar[str] = "early-spikes"
    of_times: ClassVar[bool] = True

    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample; ValueError if nobody has asked for times when the samples were shown."""
        spikes = self.times(responses)
        weights = np.zeros(responses.counts.shape)
        np.add.at(weights, (spikes.samples, spikes.units), spikes.duration - spikes.times.astype(float))
        winners: NDArray[np.int64] = weights.argmax(axis=1)
        return winners
