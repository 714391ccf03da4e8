"""Synapse types: StaticSynapse, which leads to sPyNNaker's cells, too, and those of SFDFA, onto LIF_SFDFA."""

from __future__ import annotations

from typing import Any

import pyNN.spiNNaker as spynnaker
from pyNN import errors
from pyNN.models import BaseSynapseType
from pyNN.standardmodels import build_translations

from pynn_sfdfa.common import synapses
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.spiNNaker.spynnaker_names import SpynnakerDataView, is_static

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse", "of_pynn", "of_spynnaker"]


def _shortest_delay() -> float:
    return float(SpynnakerDataView.get_min_delay())


class StaticSynapse(synapses.StaticSynapse):
    """Synaptic connection with fixed weight (nA, of either sign) and delay (ms, one for a projection).

    Onto sPyNNaker's own cells it is sPyNNaker's.
    """

    translations = build_translations(("weight", "weight"), ("delay", "delay"))

    def __init__(self, weight: Any = 0.0, delay: Any = None, **others: Any) -> None:
        self.arguments = given(type(self), {"weight": weight, "delay": delay, **others})
        super().__init__(**self.arguments)

    def _get_minimum_delay(self) -> float:
        return _shortest_delay()


class SFDFASynapse(synapses.SFDFASynapse):
    """Plastic synapse: at each trial end ``weight -= learning_rate * error_post * eligibility``.

    Eligibilities cannot be read.
    """

    translations = build_translations(*((name, name) for name in synapses.SFDFASynapse.default_parameters))
    readable = tuple(name for name in synapses.SFDFASynapse.readable if name != "eligibility")

    def _get_minimum_delay(self) -> float:
        return _shortest_delay()


class SFDFAFeedback(synapses.SFDFAFeedback):
    """Feedback from output to hidden neurons, on their receptor type ``error``."""

    translations = build_translations(*((name, name) for name in synapses.SFDFAFeedback.default_parameters))


def of_pynn(synapse_type: Any) -> Any:
    """Return a type of synapse of PyNN, where sPyNNaker's StaticSynapse is given.

    Raises
    ------
    pyNN.errors.ConnectionError
        If it is another one of sPyNNaker's.
    """
    if is_static(synapse_type):
        return StaticSynapse(weight=synapse_type.weight, delay=synapse_type.delay)
    if synapse_type is not None and not isinstance(synapse_type, BaseSynapseType):
        raise errors.ConnectionError(
            f"{type(synapse_type).__name__} does not lead to LIF_SFDFA neurons; choose one of StaticSynapse, "
            "SFDFASynapse and SFDFAFeedback of pynn_sfdfa.spiNNaker."
        )
    return synapse_type


def of_spynnaker(synapse_type: Any) -> Any:
    """Return sPyNNaker's StaticSynapse where ours is given."""
    return (
        spynnaker.StaticSynapse(**synapse_type.arguments) if isinstance(synapse_type, StaticSynapse) else synapse_type
    )
