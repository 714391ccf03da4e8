"""Direct feedback alignment: fixed random feedback (Nøkland 2016), with the local gradients of SFDFA."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.rules.base import LearningRule, Trials, rate_error
from pynn_sfdfa.rules.feedback import project, project_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["DFA"]


@dataclass(frozen=True)
class DFA(LearningRule):
    """Direct feedback with fixed weights drawn uniformly.

    Parameters
    ----------
    feedback : tuple of float
        Range of the uniform distribution.
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "dfa"
    perturbs: ClassVar[bool] = False

    rho: float = 1.0
    r_target: float = 0.4
    feedback: tuple[float, float] = (-1.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -math.inf < self.feedback[0] < self.feedback[1] < math.inf:
            raise ValueError(f"DFA: feedback = {self.feedback} is not valid; give (lowest, highest).")

    @property
    def kernels(self) -> tuple[Any, ...]:
        """What is compiled of it."""
        return (project, rate_error)

    def initial_feedback(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return the random feedback of one seed."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, *self.name.encode()]))
        return [rng.uniform(*self.feedback, (sizes[-1], hidden)).astype(np.float32) for hidden in sizes[:-1]]

    def backward(self, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
        """Project the output error with the fixed feedback."""
        project_errors(self, trials, feedback)
