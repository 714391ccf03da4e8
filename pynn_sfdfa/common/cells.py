"""The cell type of SFDFA as a PyNN standard model: parameters, units, defaults, checks; no simulator.

Every back end subclasses it and adds only its translations, as PyNN's own back ends do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pyNN import errors
from pyNN.parameters import Sequence
from pyNN.standardmodels import StandardCellType

from pynn_sfdfa import models
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.checks import check_parameter, known
from pynn_sfdfa.common.documented import document, documented, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.models import NeuronModel, Parameter

__all__ = ["GRADIENTS", "LIF_SFDFA", "check_cell_parameters", "check_greater"]

GRADIENTS = ("bounded", "exact")
"""The two forms of the spike-time derivative (docs/algorithm.md, section 3)."""


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
    check_greater("tau_m", "tau_syn", values, "ms", model)
    check_greater("v_thresh", "v_rest", values, "mV", model)


def check_greater(larger: str, smaller: str, values: Mapping[str, Any], unit: str, model: str) -> None:
    """Raise InvalidParameterValueError unless one parameter is greater than another, as far as both are known."""
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


def _default(parameter: Parameter) -> Any:
    return Sequence(parameter.default) if isinstance(parameter.default, tuple) else parameter.default


_SECTIONS = (
    section(models.LIF_SFDFA.parameters)
    + """
gradient : {"bounded", "exact"}
    Form of the spike-time derivative; one for the whole population.""",
    """Raises
------
pyNN.errors.InvalidParameterValueError
    If a value is out of range; the message names parameter, value and what is valid.""",
    """Examples
--------
>>> cell = sim.LIF_SFDFA(tau_m=52.0, tau_syn=26.0, v_thresh=-68.0, trial_duration=40.0)
>>> hidden = sim.Population(100, cell, label="hidden")""",
)
"""What ``help()`` adds to the docstring of the cell type of each simulator."""


@documented(*_SECTIONS)
class LIF_SFDFA(StandardCellType):
    """Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA.

    ``cm dv/dt = -cm (v - v_rest)/tau_m + i_syn``, ``di_syn/dt = -i_syn/tau_syn``; an input spike adds its weight
    to ``i_syn``; at ``v >= v_thresh`` the neuron spikes and ``v`` is lowered by ``v_thresh - v_rest``.
    At each multiple of ``trial_duration`` the network learns and its state returns to rest (Bacho & Chu,
    arXiv:2403.08804).
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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        document(cls, *_SECTIONS)

    def __init__(self, gradient: str = "bounded", **parameters: Any) -> None:
        if gradient not in GRADIENTS:
            raise errors.InvalidParameterValueError(
                f"LIF_SFDFA: gradient = {gradient!r} is not valid; choose one of {', '.join(map(repr, GRADIENTS))}."
            )
        super().__init__(**given(type(self), parameters))
        self.gradient = gradient
        check_cell_parameters(known(self.parameter_space))
