"""Synapse types of the event-driven simulator. Names and units are PyNN's, so translations are identities."""

from __future__ import annotations

from typing import Any

from pyNN.standardmodels import build_translations, synapses

from pynn_sfdfa import models, standardmodels
from pynn_sfdfa.event import simulator

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse"]


def _check_finite_weights(weights: Any, projection: Any) -> None:
    standardmodels.check_parameter(models.SFDFA_SYNAPSE.parameter("weight"), weights, "StaticSynapse")


class StaticSynapse(synapses.StaticSynapse):
    """Synaptic connection with fixed weight (nA, of either sign) and delay (ms, one for a projection, 0 allowed)."""

    translations = build_translations(("weight", "weight"), ("delay", "delay"))
    parameter_checks = {"weight": _check_finite_weights}
    readable = ("weight", "delay")

    def _get_minimum_delay(self) -> float:
        return simulator.state.min_delay


class SFDFASynapse(standardmodels.SFDFASynapse):
    """Plastic synapse; see :class:`pynn_sfdfa.standardmodels.SFDFASynapse`."""

    translations = build_translations(*((name, name) for name in standardmodels.SFDFASynapse.default_parameters))

    def _get_minimum_delay(self) -> float:
        return simulator.state.min_delay


class SFDFAFeedback(standardmodels.SFDFAFeedback):
    """Feedback from output to hidden neurons; see :class:`pynn_sfdfa.standardmodels.SFDFAFeedback`."""

    translations = build_translations(*((name, name) for name in standardmodels.SFDFAFeedback.default_parameters))
