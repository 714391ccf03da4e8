"""The local gradient of a rule: what a synapse knows of how its weight acts on the spikes of its neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pynn_sfdfa.rules.parts.part import Part

__all__ = ["LocalGradient"]


@dataclass(frozen=True)
class LocalGradient(Part):
    """Signed such that ``w -= learning_rate * error * gradient`` descends if the error is -dL/dn."""

    of_potential: ClassVar[bool] = False
    """Whether it is that of the potential at the spikes, and not of their times."""

    @property
    def silent(self) -> float:
        """The potential, in tau_syn/cm, that inputs that fired are taken to have given a neuron that did not."""
        return 0.0
