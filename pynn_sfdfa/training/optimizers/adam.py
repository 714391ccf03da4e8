"""Adam (Kingma & Ba, arXiv:1412.6980)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Lt

from pynn_sfdfa.support.settings import Positive
from pynn_sfdfa.training.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from pynn_sfdfa.support.arrays import FlatRows
    from pynn_sfdfa.training.optimizers.optimizer import Floats

__all__ = ["Adam"]


@cache
def _adam() -> Any:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.training.optimizers._adam import adam

    return adam


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps by the running mean of the gradient, in units of the root of its running mean square.

    Parameters
    ----------
    learning_rate : float
        Step size in nA.
    beta1, beta2 : float
        Decay of the running mean and of the running mean square.
    epsilon : float
        Added to the root of the mean square; in units of the gradient. Not 0: a synapse whose input never fires has a
        mean square of 0.
    decay : Decay, optional
        How the learning rate falls over the epochs.
    """

    name: ClassVar[str] = "adam"
    slots: ClassVar[tuple[str, ...]] = ("mean", "square")

    learning_rate: Positive = 3e-3
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.9
    beta2: Annotated[float, Ge(0), Lt(1)] = 0.999
    epsilon: Positive = 1e-8

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The step."""
        return (_adam(),)

    def step(self, weights: FlatRows, gradient: Floats, state: dict[str, Floats], step: int) -> None:
        """Take one step; ``rate m/(1 - b1^t) / (sqrt(s/(1 - b2^t)) + eps)`` with the corrections moved out."""
        root = math.sqrt(1.0 - self.beta2**step)
        _adam()(
            weights.numbers,
            gradient,
            state["mean"],
            state["square"],
            weights.lanes,
            weights.apart,
            np.float32(self.learning_rate * root / (1.0 - self.beta1**step)),
            np.float32(self.beta1),
            np.float32(self.beta2),
            np.float32(1.0 - self.beta1),
            np.float32(1.0 - self.beta2),
            np.float32(self.epsilon * root),
        )
