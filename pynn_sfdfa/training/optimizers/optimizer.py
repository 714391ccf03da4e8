"""What an optimiser is: settings; the state of each layer is kept by others.

The update is one fused pass over memory.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

from pynn_sfdfa.support.settings import Computing, Positive
from pynn_sfdfa.training.optimizers.decay import Decay

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.support.arrays import FlatRows

    Floats = NDArray[np.float32]

__all__ = ["Optimizer"]


@dataclass(frozen=True)
class Optimizer(Computing, ABC):
    """An optimiser: settings only; the state of each layer is a dict of arrays that the caller keeps and saves.

    Parameters
    ----------
    learning_rate : float
        In the first epoch; in all epochs if there is no decay.
    decay : Decay, optional
    """

    slots: ClassVar[tuple[str, ...]]
    """Names of the state arrays of a layer; each has the shape of its weights and starts at zero."""

    learning_rate: Positive
    decay: Decay | None = field(default=None, kw_only=True)

    def at(self, epoch: int) -> Self:
        """Return the optimiser of one epoch, counted from 1."""
        if self.decay is None:
            return self
        now = copy.copy(self)  # unchecked: what is left of a rate may be smaller than one that can be set
        object.__setattr__(now, "learning_rate", self.learning_rate * self.decay.factor(epoch))
        object.__setattr__(now, "decay", None)
        return now

    @property
    def in_place(self) -> bool:
        """Whether ``-learning_rate * gradient`` may be added to the weights as it arises, without a buffer."""
        return not self.slots

    @abstractmethod
    def step(self, weights: FlatRows, gradient: Floats, state: dict[str, Floats], step: int) -> None:
        """Change the weights in place and set the gradient to zero; ``step`` counts from 1.

        Parameters
        ----------
        weights : FlatRows
        gradient : float32, shape (rows * lanes,)
        state : dict of arrays like the gradient
        """
