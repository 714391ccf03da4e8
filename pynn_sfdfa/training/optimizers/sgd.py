"""Plain gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.support.settings import Positive
from pynn_sfdfa.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from pynn_sfdfa.support.arrays import FlatRows
    from pynn_sfdfa.training.optimizers.optimizer import Floats

__all__ = ["SGD"]


@dataclass(frozen=True)
class SGD(Optimizer):
    """``w -= learning_rate * gradient``.

    Parameters
    ----------
    learning_rate : float
        nA per (ms/nA), so rates are small; depends on the unit of time, see the documentation of the published
        settings.
    decay : Decay, optional
        How the learning rate falls over the epochs.
    """

    name: ClassVar[str] = "sgd"
    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: Positive = 2e-5

    def step(self, weights: FlatRows, gradient: Floats, state: dict[str, Floats], step: int) -> None:
        """Descend along the gradient."""
        columns = weights.columns
        columns -= (np.float32(self.learning_rate) * gradient).reshape(columns.shape)
        gradient[...] = 0
