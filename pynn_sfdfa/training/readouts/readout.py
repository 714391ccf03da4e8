"""What a readout is: a decision on the class of a sample, by the output spikes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.support.settings import Named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.training.responses import OutputSpikes, Responses

__all__ = ["Readout"]


@dataclass(frozen=True)
class Readout(Named, ABC):
    """Decides on classes; a small immutable object."""

    of_times: ClassVar[bool] = False
    """Whether it asks for the times of output spikes."""

    def times(self, responses: Responses) -> OutputSpikes:
        """Return the output spikes one by one; ValueError if nobody has asked for them when the samples were shown."""
        if responses.output is None:
            raise ValueError(f"{type(self).__name__} decides by the times of spikes, and these responses have none.")
        return responses.output

    @abstractmethod
    def decide(self, responses: Responses) -> NDArray[np.int64]:
        """Return the class of each sample, shape (samples,)."""
