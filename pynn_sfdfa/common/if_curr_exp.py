"""The ranges of the parameters of PyNN's IF_curr_exp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pynn_sfdfa.common.cells import check_greater
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.models import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULTS", "check_if_curr_exp"]

_PARAMETERS = (
    Parameter("tau_m", 20.0, "ms", "membrane time constant", 0.0, exclusive=True),
    Parameter("tau_syn_E", 5.0, "ms", "time constant of the excitatory current", 0.0, exclusive=True),
    Parameter("tau_syn_I", 5.0, "ms", "time constant of the inhibitory current", 0.0, exclusive=True),
    Parameter("cm", 1.0, "nF", "membrane capacitance", 0.0, exclusive=True),
    Parameter("tau_refrac", 0.1, "ms", "refractory period", 0.0),
    Parameter("v_rest", -65.0, "mV", "resting potential"),
    Parameter("v_reset", -65.0, "mV", "potential after a spike"),
    Parameter("v_thresh", -50.0, "mV", "threshold potential"),
    Parameter("i_offset", 0.0, "nA", "constant current"),
)

DEFAULTS = {parameter.name: cast("float", parameter.default) for parameter in _PARAMETERS}
"""PyNN's defaults."""


def check_if_curr_exp(values: Mapping[str, Any]) -> None:
    """Check evaluated parameters of IF_curr_exp, each by itself and against each other.

    Parameters
    ----------
    values : mapping of parameter name to number or array
        Parameters that are missing are not checked.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """
    for parameter in _PARAMETERS:
        if parameter.name in values:
            check_parameter(parameter, values[parameter.name], "IF_curr_exp")
    check_greater("v_thresh", "v_reset", values, "mV", "IF_curr_exp")
