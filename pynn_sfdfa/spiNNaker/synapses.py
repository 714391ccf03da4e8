"""Synapse types onto LIF_SFDFA; sPyNNaker's own StaticSynapse leads there, too."""

from __future__ import annotations

from pyNN.standardmodels import build_translations

from pynn_sfdfa import models, standardmodels
from pynn_sfdfa.spiNNaker.spynnaker_names import SpynnakerDataView

__all__ = ["SFDFAFeedback", "SFDFASynapse"]


class SFDFASynapse(standardmodels.SFDFASynapse):
    """Plastic synapse; see :class:`pynn_sfdfa.standardmodels.SFDFASynapse`. Eligibilities cannot be read."""

    translations = build_translations(*((p.name, p.name) for p in models.SFDFA_SYNAPSE.parameters))
    readable = tuple(name for name in standardmodels.SFDFASynapse.readable if name != "eligibility")

    def _get_minimum_delay(self) -> float:
        return float(SpynnakerDataView.get_min_delay())


class SFDFAFeedback(standardmodels.SFDFAFeedback):
    """Feedback from output to hidden neurons; see :class:`pynn_sfdfa.standardmodels.SFDFAFeedback`."""

    translations = build_translations(*((p.name, p.name) for p in models.SFDFA_FEEDBACK.parameters))
