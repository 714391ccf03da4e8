"""The local gradient of e-prop and SuperSpike: potentials near threshold count as spikes that were about to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.support.settings import Positive, doc

__all__ = ["Slope", "Surrogate"]

Slope = Annotated[Positive, doc("how steeply learning fades with the distance from threshold, which is 1 at rest")]


@dataclass(frozen=True)
class Surrogate(LocalGradient):
    """What a synapse adds to the potential, times a function of the potential, over the whole trial.

    It has no factor for the reset: no spike changes what a later one is worth (docs/surrogates.md).

    Parameters
    ----------
    derivative : {"triangle", "fast-sigmoid"}
        The function: that of e-prop, or of SuperSpike.
    slope : float
        How steeply it falls on both sides of the threshold, from which rest is 1 away.
    """

    name: ClassVar[str] = "surrogate"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.SURROGATES})

    derivative: Annotated[Literal["triangle", "fast-sigmoid"], doc("that of e-prop, or of SuperSpike")] = "triangle"
    slope: Slope = 1.0

    @property
    def surrogate(self) -> dict[str, Any]:
        """Derivative and slope; see `LocalGradient.surrogate`."""
        return {"derivative": self.derivative, "slope": self.slope}
