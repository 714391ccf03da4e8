"""Direct feedback alignment (Nøkland 2016), with the local gradients of SFDFA."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.fixed import Fixed
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.support.settings import Range, doc

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

    rho: Strength = 1.0
    r_target: TargetRate = 0.4
    feedback: Annotated[Range, doc("the fixed feedback weights are drawn uniformly from this range")] = (-1.0, 1.0)

    @cached_property
    def parts(self) -> Parts:
        """Spike times; direct transport; fixed feedback."""
        return Parts(SpikeTimes(), Direct(), Fixed(self.feedback))
