"""Exact error backpropagation through spike times: the yardstick that local rules are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.rules.base import LearningRule, Trials, rate_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["BP"]


@dataclass(frozen=True)
class BP(LearningRule):
    """The gradient of the loss with the spike counts' errors taken as fixed weights of the spike times (section 7).

    Neither local nor online: every spike gets an error of its own, back through all layers. It has no feedback weights.

    Parameters
    ----------
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "bp"
    perturbs: ClassVar[bool] = False

    rho: float = 0.0
    r_target: float = 0.0

    @property
    def kernels(self) -> tuple[Any, ...]:
        """What is compiled of it."""
        return (rate_error,)

    @property
    def takes(self) -> tuple[str, ...]:
        """Backpropagation."""
        return ("backpropagate",)

    def initial_feedback(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros: there is no feedback."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]

    def backward(self, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
        """Go down layer by layer."""
        trials.learn(trials.n_layers - 1, trials.output_error)
        for layer in range(trials.n_layers - 2, -1, -1):
            self.regularise(trials, layer)
            trials.backpropagate(layer + 1)
