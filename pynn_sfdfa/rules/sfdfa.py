"""Spiking Forward Direct Feedback Alignment (Bacho & Chu, arXiv:2403.08804)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.estimated import Estimated
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.timed import Timed
from pynn_sfdfa.support.settings import NotNegative, doc

__all__ = ["SFDFA"]


@dataclass(frozen=True)
class SFDFA(LearningRule):
    """Direct or timed transport through feedback that is estimated forward.

    Parameters
    ----------
    feedback_learning_rate : float
        eta_B; feedback starts at 0 and moves towards the mean of v_i d_o (`Estimated`).
    rho, r_target : float
        Rate regularisation of hidden neurons.
    timed : bool
        Hidden spikes learn from the output spikes that come after them (`Timed`), instead of from the output neurons'
        errors whatever the time (`Direct`).
    """

    name: ClassVar[str] = "sfdfa"

    rho: Strength = 0.1
    r_target: TargetRate = 0.2
    feedback_learning_rate: NotNegative = 1e-4
    timed: Annotated[bool, doc("hidden spikes learn from the output spikes that come after them")] = False

    @cached_property
    def parts(self) -> Parts:
        """Spike times; timed or direct transport; estimated feedback."""
        return Parts(SpikeTimes(), Timed() if self.timed else Direct(), Estimated(self.feedback_learning_rate))
