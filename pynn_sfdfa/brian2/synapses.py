"""Synapse types with their translations to Brian2's units."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import quantities as pq
from pyNN import errors
from pyNN.brian2.standardmodels import synapses as pynn_synapses
from pyNN.standardmodels import build_translations

from pynn_sfdfa import models
from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common import synapses
from pynn_sfdfa.common.arguments import given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.models import SynapseModel

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse", "TsodyksMarkramSynapse", "for_target", "translations"]

_WEIGHT_UNITS = ("nA", "uS", "mV")
"""Of synapses with currents, conductances, and steps of the potential."""


def _unit_of(weight: Any) -> str:
    """Return the unit of that kind in which a weight counts; none for a pure number."""
    if not isinstance(weight, pq.Quantity):
        return ""
    kind = weight.dimensionality.simplified
    for unit in _WEIGHT_UNITS:
        if kind == _quantity(unit).dimensionality.simplified:
            return unit
    raise errors.InvalidParameterValueError(
        f"weight = {weight!r:.60} is not valid; give it in nA, in uS (conductances) or in mV (steps of the potential)."
    )


def _quantity(unit: str) -> Any:
    """Return a unit as a quantity."""
    return {"nA": pq.nA, "uS": 1e-6 * pq.S, "mV": pq.mV}[unit]


class _Stock:
    """Mixed into a synapse type of PyNN, whose weights count in a unit that depends on where it leads."""

    units: Mapping[str, str] = {"delay": "ms", "tau_rec": "ms", "tau_facil": "ms"}

    def __init__(self, **parameters: Any) -> None:
        unit = _unit_of(parameters.get("weight"))
        self.units = {**self.units, "weight": unit} if unit else self.units
        super().__init__(**given(self, parameters))


class StaticSynapse(_Stock, pynn_synapses.StaticSynapse):
    """Synaptic connection with fixed weight and delay; onto LIF_SFDFA it has one delay for a projection, 0 allowed.

    A delay that is left out is one timestep, as in pyNN.brian2.
    """

    readable = ("weight", "delay")


class TsodyksMarkramSynapse(_Stock, pynn_synapses.TsodyksMarkramSynapse):
    """Synapse with depression and facilitation; weights as for StaticSynapse."""


def for_target(synapse_type: Any, unit: str, brian2_unit: Any) -> Any:
    """Return a synapse type as one projection uses it, whose weights count in a certain unit.

    PyNN's writes the unit into the type itself, which other projections share.

    Parameters
    ----------
    synapse_type : SynapseType
        Not changed.
    unit : {"nA", "uS", "mV"}
    brian2_unit : brian2.Quantity
        The same.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If the weight was given in a unit of another kind.
    """
    own = copy.copy(synapse_type)
    units = getattr(own, "units", {})
    if units.get("weight", unit) != unit:
        raise errors.InvalidParameterValueError(
            f"{type(own).__name__}: the weight was given in {units['weight']}, but weights of these synapses are in "
            f"{unit}."
        )
    own.units = {**units, "weight": unit}
    own.translations = {name: dict(translation) for name, translation in own.translations.items()}
    if hasattr(own, "weight_dependence"):
        own.default_parameters = dict.fromkeys(own.get_parameter_names(), 0.0)
        own.weight_dependence = dependence = copy.copy(own.weight_dependence)
        dependence.translations = {name: dict(translation) for name, translation in dependence.translations.items()}
    own._set_target_type(brian2_unit)
    if hasattr(own, "weight_dependence"):
        own.translations |= own.weight_dependence.translations
    return own


def translations(definition: SynapseModel) -> Any:
    """Return what PyNN's names of parameters, and of state that users read, are in Brian2's units."""
    named = [(p.name, p.name, p.unit) for p in definition.parameters]
    named += [(s.label, s.name, s.unit) for s in definition.state if s.label]
    return build_translations(*((name, native, scale(unit)) for name, native, unit in named))


class SFDFASynapse(synapses.SFDFASynapse):
    """Plastic synapse: at each trial end ``weight -= learning_rate * error_post * eligibility``."""

    translations = translations(models.SFDFA_SYNAPSE)

    def _get_minimum_delay(self) -> float:
        return simulator.contents.least_delay


class SFDFAFeedback(synapses.SFDFAFeedback):
    """Feedback from output to hidden neurons, on their receptor type ``error``."""

    translations = translations(models.SFDFA_FEEDBACK)
