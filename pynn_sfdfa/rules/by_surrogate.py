"""e-prop (Bellec et al. 2020) and SuperSpike (Zenke & Ganguli 2018), with the error of the trial as learning signal.

That is the error of the spike counts, which is known at the end of the trial; so eligibilities are summed up until then
(docs/surrogates.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.surrogate import Slope, Surrogate
from pynn_sfdfa.rules.parts.symmetric import Symmetric
from pynn_sfdfa.support.settings import doc

if TYPE_CHECKING:
    from typing import Literal

__all__ = ["EProp", "SuperSpike"]


@dataclass(frozen=True)
class _BySurrogate(LearningRule):
    """Eligibility traces with a surrogate for the derivative of a spike, in networks without loops."""

    derivative: ClassVar[Literal["triangle", "fast-sigmoid"]]

    rho: Strength = 0.1
    r_target: TargetRate = 0.2
    feedback: Annotated[Feedback, doc("what the feedback weights are")] = field(default_factory=Symmetric)
    slope: Slope = 1.0

    @cached_property
    def parts(self) -> Parts:
        """The surrogate; direct transport; the feedback given."""
        return Parts(Surrogate(self.derivative, self.slope), Direct(), self.feedback)


@dataclass(frozen=True)
class EProp(_BySurrogate):
    """Eligibility traces with a triangle for the derivative of a spike, in networks without loops.

    The article's factor 0.3 of the derivative is one of the learning rate.

    Parameters
    ----------
    feedback : Feedback
        What the feedback weights are: `Symmetric`, `Fixed` (random) or `Estimated`, as SFDFA has it.
    slope : float
        Of the triangle (`Surrogate`).
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "e-prop"
    derivative = "triangle"


@dataclass(frozen=True)
class SuperSpike(_BySurrogate):
    """Eligibility traces with the derivative of a fast sigmoid for that of a spike, in networks without loops.

    The article's slope is 1 per mV where threshold is 10 mV above rest: 10.

    Parameters
    ----------
    feedback : Feedback
        What the feedback weights are: `Symmetric`, `Fixed` (random) or `Estimated`, as SFDFA has it.
    slope : float
        Of the fast sigmoid (`Surrogate`).
    rho, r_target : float
        Rate regularisation of hidden neurons.
    """

    name: ClassVar[str] = "superspike"
    derivative = "fast-sigmoid"

    slope: Slope = 10.0
