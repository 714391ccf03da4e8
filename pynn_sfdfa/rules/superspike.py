"""SuperSpike (Zenke & Ganguli 2018), with the error of the trial in place of one at every moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.surrogate import Slope, Surrogate
from pynn_sfdfa.rules.parts.symmetric import Symmetric
from pynn_sfdfa.support.settings import doc

__all__ = ["SuperSpike"]


@dataclass(frozen=True)
class SuperSpike(LearningRule):
    """Eligibility traces with the derivative of a fast sigmoid for that of a spike.

    The error is that of the spike counts, which is known at the end of the trial; so eligibilities are summed up until
    then (docs/surrogates.md). The article's slope is 1 per mV where threshold is 10 mV above rest: 10.

    Parameters
    ----------
    feedback : Feedback
        What the feedback weights are: `Symmetric`, `Fixed` (random) or `Estimated`, as SFDFA has it.
    slope : float
        Of the fast-sigmoid (`Surrogate`).
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "superspike"

    rho: Strength = 0.1
    r_target: TargetRate = 0.2
    feedback: Annotated[Feedback, doc("what the feedback weights are")] = field(default_factory=Symmetric)
    slope: Slope = 10.0

    @cached_property
    def parts(self) -> Parts:
        """The fast-sigmoid; direct transport; the feedback given."""
        return Parts(Surrogate("fast-sigmoid", self.slope), Direct(), self.feedback)
