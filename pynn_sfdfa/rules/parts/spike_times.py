"""The local gradient of spike times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pynn_sfdfa.rules.parts.local_gradient import LocalGradient

__all__ = ["SpikeTimes"]


@dataclass(frozen=True)
class SpikeTimes(LocalGradient):
    """E, how far all spikes of a neuron move for a unit of weight (docs/algorithm.md, sections 3 and 4).

    Whether the derivative is bounded or exact is a property of the cell: ``LIF_SFDFA(gradient=...)``.
    """

    name: ClassVar[str] = "spike-times"
