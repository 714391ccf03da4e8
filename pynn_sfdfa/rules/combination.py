"""A rule that nobody has named: any parts together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.settings import doc

__all__ = ["Combination"]


@dataclass(frozen=True)
class Combination(LearningRule):
    """Parts as they are given.

    Parameters
    ----------
    transport : Transport
        How errors reach the hidden layers.
    feedback : Feedback
        What the feedback weights are, and how they change.
    local_gradient : LocalGradient
        What a synapse knows by itself.
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "combination"

    transport: Annotated[Transport, doc("how errors reach the hidden layers")] = field(default_factory=Direct)
    feedback: Annotated[Feedback, doc("what the feedback weights are")] = field(default_factory=Fixed)
    local_gradient: Annotated[LocalGradient, doc("what a synapse knows by itself")] = field(default_factory=SpikeTimes)

    @cached_property
    def parts(self) -> Parts:
        """Those given."""
        return Parts(self.local_gradient, self.transport, self.feedback)
