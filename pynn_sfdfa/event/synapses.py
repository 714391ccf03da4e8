"""Synapse types of the event-driven simulator. Names and units are PyNN's, so translations are identities."""

from __future__ import annotations

from typing import Any

from pyNN.standardmodels import build_translations, check_weights

from pynn_sfdfa.common import synapses
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.event import simulator

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse"]


def _check_weights(weights: Any, projection: Any) -> None:
    """Check that weights are finite and, onto PyNN's receptor types, that they have the sign that PyNN demands."""
    synapses.check_weights(weights, projection)
    if projection.receptor_type in ("excitatory", "inhibitory"):
        check_weights(weights, projection)


class StaticSynapse(synapses.StaticSynapse):
    """Synaptic connection with fixed weight (nA, of either sign) and delay (ms, one for a projection, 0 allowed)."""

    translations = build_translations(("weight", "weight"), ("delay", "delay"))
    parameter_checks = {"weight": _check_weights}

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))

    def _get_minimum_delay(self) -> float:
        return simulator.state.least_delay


class SFDFASynapse(synapses.SFDFASynapse):
    """Plastic synapse: at each trial end ``weight -= learning_rate * error_post * eligibility``."""

    translations = build_translations(*((name, name) for name in synapses.SFDFASynapse.default_parameters))

    def _get_minimum_delay(self) -> float:
        return simulator.state.least_delay


class SFDFAFeedback(synapses.SFDFAFeedback):
    """Feedback from output to hidden neurons, on their receptor type ``error``."""

    translations = build_translations(*((name, name) for name in synapses.SFDFAFeedback.default_parameters))
