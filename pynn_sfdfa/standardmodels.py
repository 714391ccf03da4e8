"""The cell and synapse types of SFDFA as PyNN standard models: parameters, units, defaults, checks; no simulator.

Every back end subclasses these and adds only its translations, as PyNN's own back ends do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pyNN import errors
from pyNN.parameters import LazyArray, Sequence
from pyNN.standardmodels import StandardCellType, StandardSynapseType

from pynn_sfdfa import models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.models import NeuronModel, Parameter, SynapseModel

__all__ = [
    "GRADIENTS",
    "LIF_SFDFA",
    "SFDFAFeedback",
    "SFDFASynapse",
    "check_cell_parameters",
    "check_parameter",
    "target_table",
]

GRADIENTS = ("bounded", "exact")
"""The two forms of the spike-time derivative (section 3 of the reference)."""


def check_parameter(parameter: Parameter, value: Any, model: str) -> None:
    """Raise InvalidParameterValueError unless every element of ``value`` lies in the parameter's valid range.

    Values that are not known yet (random distributions, functions of distance) pass; the back end checks again
    when they have been evaluated.
    """
    if isinstance(value, LazyArray):
        value = value.base_value
    if isinstance(value, Sequence):
        value = value.value
    try:
        values = np.asarray(value)
        if values.dtype == object:
            values = np.concatenate([np.ravel(getattr(v, "value", v)) for v in values.flat]) if values.size else values
        numbers = values.astype(float)
    except (TypeError, ValueError):
        return
    # Valid values form an interval (and NaN spreads to both extremes): large arrays need no look at each element.
    if not numbers.size or (parameter.accepts(float(numbers.min())) and parameter.accepts(float(numbers.max()))):
        return
    for number in numbers.flat:
        if not parameter.accepts(float(number)):
            raise errors.InvalidParameterValueError(
                f"{model}: {parameter.name} = {number:g} is not valid; "
                f"{parameter.name} ({parameter.description}) must be {parameter.valid_range()}."
            )


def check_cell_parameters(values: Mapping[str, Any], model: str = "LIF_SFDFA") -> None:
    """Check evaluated parameters of LIF_SFDFA, each by itself and against each other.

    Parameters
    ----------
    values : mapping of parameter name to number or array
        Parameters that are missing are not checked.
    model : str
        Name for the messages.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """
    for name, value in values.items():
        check_parameter(models.LIF_SFDFA.parameter(name), value, model)
    _check_greater("tau_m", "tau_syn", values, "ms", model)
    _check_greater("v_thresh", "v_rest", values, "mV", model)


def _check_greater(larger: str, smaller: str, values: Mapping[str, Any], unit: str, model: str) -> None:
    if larger not in values or smaller not in values:
        return
    try:
        above, below = np.broadcast_arrays(
            np.asarray(values[larger], dtype=float), np.asarray(values[smaller], dtype=float)
        )
    except (TypeError, ValueError):
        return
    wrong = np.flatnonzero(~(above > below))
    if wrong.size:
        high, low = above.flat[wrong[0]], below.flat[wrong[0]]
        raise errors.InvalidParameterValueError(
            f"{model}: {larger} = {high:g} {unit} is not valid; it must be greater than {smaller} = {low:g} {unit}."
        )


def _known(parameter_space: Any) -> dict[str, Any]:
    """Return the parameters whose values are already plain numbers or arrays."""
    known = {}
    for name, lazy in parameter_space.items():
        value = lazy.base_value
        if isinstance(value, (int, float, np.ndarray, Sequence)) and not lazy.operations:
            known[name] = value
    return known


def _default(parameter: Parameter) -> Any:
    return Sequence(parameter.default) if isinstance(parameter.default, tuple) else parameter.default


class LIF_SFDFA(StandardCellType):
    """Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA.

    ``cm dv/dt = -cm (v - v_rest)/tau_m + i_syn``, ``di_syn/dt = -i_syn/tau_syn``; an input spike adds its weight
    to ``i_syn``; at ``v >= v_thresh`` the neuron spikes and ``v`` is lowered by ``v_thresh - v_rest``.

    Parameters
    ----------
    gradient : {"bounded", "exact"}
        Form of the spike-time derivative; one for the whole population.
    tau_m, tau_syn : float
        Time constants in ms; tau_m > tau_syn.
    cm : float
        Capacitance in nF.
    v_rest, v_thresh : float
        Potentials in mV; v_thresh > v_rest.
    trial_duration : float
        Length of a trial in ms. At each multiple the network learns and its state returns to rest.
    rho, r_target : float
        Strength and target (spikes per trial) of the rate regularisation of hidden neurons.
    targets : Sequence
        Target spike count of each trial, for output neurons; empty for hidden neurons.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a value is out of range; the message names parameter, value and what is valid.

    Notes
    -----
    Bacho & Chu, arXiv:2403.08804.
    """

    definition: ClassVar[NeuronModel] = models.LIF_SFDFA
    default_parameters = {p.name: _default(p) for p in models.LIF_SFDFA.parameters}
    units = {p.name: p.unit or "dimensionless" for p in models.LIF_SFDFA.parameters} | {
        s.name: s.unit or "dimensionless" for s in models.LIF_SFDFA.state
    }
    default_initial_values = {"v": models.LIF_SFDFA.parameter("v_rest").default, "i_syn": 0.0}
    recordable = list(models.LIF_SFDFA.recordable)
    receptor_types = models.LIF_SFDFA.receptor_types
    conductance_based = False
    injectable = False

    def __init__(self, gradient: str = "bounded", **parameters: Any) -> None:
        if gradient not in GRADIENTS:
            raise errors.InvalidParameterValueError(
                f"LIF_SFDFA: gradient = {gradient!r} is not valid; choose one of {', '.join(map(repr, GRADIENTS))}."
            )
        super().__init__(**parameters)
        self.gradient = gradient
        check_cell_parameters(_known(self.parameter_space))


def _check_finite_weights(weights: Any, projection: Any) -> None:
    check_parameter(models.SFDFA_SYNAPSE.parameter("weight"), weights, type(projection.synapse_type).__name__)


class _SFDFASynapseType(StandardSynapseType):
    """What both synapse types share: declared parameters, and weights of either sign with every connector."""

    definition: ClassVar[SynapseModel]
    # PyNN's own check refuses weights of mixed sign; here the sign of a weight is learned.
    parameter_checks = {"weight": _check_finite_weights}

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        for name, value in _known(self.parameter_space).items():
            if self.has_parameter(name):
                check_parameter(self.definition.parameter(name), value, type(self).__name__)


class SFDFASynapse(_SFDFASynapseType):
    """Plastic synapse: at each trial end ``weight -= learning_rate * error_post * eligibility``.

    Parameters
    ----------
    weight : float
        Jump of the synaptic current in nA; either sign.
    delay : float
        ms; 0 is allowed where the simulator allows it; one value for a projection.
    learning_rate : float
        eta of plain gradient descent, nA per (ms/nA); 0 keeps the weight fixed.
    """

    definition = models.SFDFA_SYNAPSE
    default_parameters = {p.name: p.default for p in models.SFDFA_SYNAPSE.parameters} | {"delay": None}
    units = {p.name: p.unit or "dimensionless" for p in models.SFDFA_SYNAPSE.parameters}
    readable = models.SFDFA_SYNAPSE.readable


class SFDFAFeedback(_SFDFASynapseType):
    """Feedback from an output population to a hidden population, on receptor type ``error``.

    Parameters
    ----------
    weight : float
        Initial feedback weight, 0 for SFDFA, random for direct feedback alignment (DFA).
    learning_rate : float
        eta_B of the forward estimate; 0 keeps the feedback fixed (DFA).
    """

    definition = models.SFDFA_FEEDBACK
    default_parameters = {p.name: p.default for p in models.SFDFA_FEEDBACK.parameters}
    units = {p.name: p.unit or "dimensionless" for p in models.SFDFA_FEEDBACK.parameters}
    readable = models.SFDFA_FEEDBACK.readable
    delay_variable = "delay"


def target_table(targets: Any) -> NDArray[np.float64]:
    """Return the targets as an array (n, trials), with as many trials as every neuron has a target for.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If some neurons have targets and others none.
    """
    rows = [np.ravel(getattr(sequence, "value", sequence)).astype(float) for sequence in targets]
    lengths = [row.size for row in rows]
    if min(lengths) == 0 < max(lengths):
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: neuron {int(np.argmin(lengths))} has no targets, others have up to {max(lengths)}; give every "
            "neuron a target for each trial, or none to a hidden population."
        )
    return np.array([row[: min(lengths)] for row in rows])
