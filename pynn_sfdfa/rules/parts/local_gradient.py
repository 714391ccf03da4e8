"""The local gradient of a rule: what a synapse knows of how its weight acts on the spikes of its neuron."""

from __future__ import annotations

from dataclasses import dataclass

from pynn_sfdfa.rules.parts.part import Part

__all__ = ["LocalGradient"]


@dataclass(frozen=True)
class LocalGradient(Part):
    """Signed such that ``w -= learning_rate * error * gradient`` descends if the error is -dL/dn."""
