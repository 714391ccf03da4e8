"""Exact error backpropagation through spike times: the yardstick that local rules are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.no_feedback import NoFeedback
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.through_spike_times import ThroughSpikeTimes

__all__ = ["BP"]


@dataclass(frozen=True)
class BP(LearningRule):
    """The gradient of the loss with the errors of the spike counts taken as fixed weights of the spike times.

    Neither local nor online (docs/algorithm.md, section 7).

    Parameters
    ----------
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "bp"

    rho: Strength = 0.0
    r_target: TargetRate = 0.0

    @cached_property
    def parts(self) -> Parts:
        """Spike times; transport through spike times; no feedback."""
        return Parts(SpikeTimes(), ThroughSpikeTimes(), NoFeedback())
