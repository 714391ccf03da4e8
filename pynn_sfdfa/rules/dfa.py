"""Direct feedback alignment (Nøkland 2016), with the local gradients of SFDFA."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes

__all__ = ["DFA"]


@dataclass(frozen=True)
class DFA(LearningRule):
    """Direct transport through fixed random feedback.

    Parameters
    ----------
    feedback : tuple of float
        The feedback weights are drawn uniformly from this range.
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "dfa"

    rho: float = 1.0
    r_target: float = 0.4
    feedback: tuple[float, float] = (-1.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -math.inf < self.feedback[0] < self.feedback[1] < math.inf:
            raise ValueError(f"DFA: feedback = {self.feedback} is not valid; give (lowest, highest).")

    @property
    def parts(self) -> Parts:
        """Spike times; direct transport; fixed feedback."""
        return Parts(SpikeTimes(), Direct(), Fixed(self.feedback))
