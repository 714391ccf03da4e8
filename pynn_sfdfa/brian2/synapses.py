"""Synapse types with their translations to Brian2's units."""

from __future__ import annotations

from typing import Any

from pyNN.brian2.standardmodels import synapses as pynn_synapses
from pyNN.standardmodels import build_translations

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common import synapses
from pynn_sfdfa.common.given import given

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse"]


def _translations(*variables: Any) -> Any:
    return build_translations(*((name, native, scale(unit)) for name, native, unit in variables))


class StaticSynapse(pynn_synapses.StaticSynapse):
    """Synaptic connection with fixed weight and delay; onto LIF_SFDFA it has one delay for a projection, 0 allowed.

    A delay that is left out is one timestep, as in pyNN.brian2.
    """

    readable = ("weight", "delay")
    units = synapses.STATIC_UNITS

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


class SFDFASynapse(synapses.SFDFASynapse):
    """Plastic synapse; see :class:`pynn_sfdfa.common.synapses.SFDFASynapse`."""

    translations = _translations(
        *((p.name, p.name, p.unit) for p in models.SFDFA_SYNAPSE.parameters),
        *(("eligibility", s.name, s.unit) for s in models.SFDFA_SYNAPSE.state if s.name == "E"),
    )

    def _get_minimum_delay(self) -> float:
        return simulator.contents.min_delay or 0.0


class SFDFAFeedback(synapses.SFDFAFeedback):
    """Feedback from output to hidden neurons; see :class:`pynn_sfdfa.common.synapses.SFDFAFeedback`."""

    translations = _translations(*((p.name, p.name, p.unit or "") for p in models.SFDFA_FEEDBACK.parameters))
