"""Synapse types, static and of SFDFA, as PyNN standard models: parameters, units, defaults, checks; no simulator.

Every back end subclasses these and adds only its translations, as PyNN's own back ends do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pyNN import errors
from pyNN.standardmodels import StandardSynapseType
from pyNN.standardmodels import synapses as pynn_synapses

from pynn_sfdfa import models
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.checks import check_parameter, known
from pynn_sfdfa.common.documented import document, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.models import SynapseModel

__all__ = ["SFDFAFeedback", "SFDFASynapse", "StaticSynapse", "check_synapse_parameters", "check_weights"]

_STATIC_PARAMETERS = """Parameters
----------
weight : float
    nA, default 0.
delay : float
    ms, default: the shortest that there is."""


def check_synapse_parameters(definition: SynapseModel, values: Mapping[str, Any], model: str) -> None:
    """Check parameters of a type of synapse before there are synapses.

    In a matrix (pre, post) NaN stands where there is no synapse, as ``get(format="array")`` returns it.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """
    for name, value in values.items():
        if np.ndim(value) == 2:
            value = np.asarray(value, float)
            value = value[~np.isnan(value)]
        check_parameter(definition.parameter(name), value, model)


def check_weights(weights: Any, projection: Any) -> None:
    """Raise InvalidParameterValueError unless all weights are finite; in place of PyNN's check of their signs."""
    check_parameter(models.SFDFA_SYNAPSE.parameter("weight"), weights, type(projection.synapse_type).__name__)


class StaticSynapse(pynn_synapses.StaticSynapse):
    """Synaptic connection with fixed weight (nA, of either sign) and delay (ms), onto cells with synaptic currents."""

    units = {"weight": "nA", "delay": "ms"}
    parameter_checks = {"weight": check_weights}
    readable = ("weight", "delay")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        document(cls, _STATIC_PARAMETERS)


class _SFDFASynapseType(StandardSynapseType):
    """What both synapse types share: declared parameters, and weights of either sign with every connector."""

    definition: ClassVar[SynapseModel]
    also_takes: ClassVar[str] = ""  # what its docstring says of arguments that are no parameters
    # PyNN's own check refuses weights of mixed sign; here the sign of a weight is learned.
    parameter_checks = {"weight": check_weights}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        document(cls, section(cls.definition.parameters) + cls.also_takes)

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))
        check_synapse_parameters(self.definition, known(self.parameter_space), type(self).__name__)


class SFDFASynapse(_SFDFASynapseType):
    """Plastic synapse: at each trial end ``weight -= learning_rate * error_post * eligibility``.

    A delay of 0 is allowed where the simulator allows it.
    """

    definition = models.SFDFA_SYNAPSE
    default_parameters = {p.name: p.default for p in models.SFDFA_SYNAPSE.parameters} | {"delay": None}
    units = {p.name: p.unit or "dimensionless" for p in models.SFDFA_SYNAPSE.parameters}
    readable = models.SFDFA_SYNAPSE.readable


class SFDFAFeedback(_SFDFASynapseType):
    """Feedback from an output population to a hidden population, on receptor type ``error``.

    Its weights start at 0 for SFDFA, and at random for direct feedback alignment (DFA). With ``timed`` output spikes
    travel along it, too, and each hidden spike learns from those that come after it (docs/algorithm.md, section 8).
    """

    definition = models.SFDFA_FEEDBACK
    also_takes = """
timed : bool
    Whether hidden spikes have errors of their own; for the whole projection."""
    default_parameters = {p.name: p.default for p in models.SFDFA_FEEDBACK.parameters}
    units = {p.name: p.unit or "dimensionless" for p in models.SFDFA_FEEDBACK.parameters}
    readable = models.SFDFA_FEEDBACK.readable
    delay_variable = "delay"

    def __init__(self, timed: bool = False, **parameters: Any) -> None:
        if not isinstance(timed, bool):
            raise errors.InvalidParameterValueError(
                f"{type(self).__name__}: timed = {timed!r} is not valid; choose True or False."
            )
        super().__init__(**parameters)
        self.timed = timed
