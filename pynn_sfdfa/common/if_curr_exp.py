"""The ranges of the parameters of PyNN's IF_curr_exp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pynn_sfdfa.common.cells import check_greater
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.models import IF_CURR_EXP_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULTS", "check_if_curr_exp"]

DEFAULTS = {parameter.name: cast("float", parameter.default) for parameter in IF_CURR_EXP_PARAMETERS}
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
    for parameter in IF_CURR_EXP_PARAMETERS:
        if parameter.name in values:
            check_parameter(parameter, values[parameter.name], "IF_curr_exp")
    check_greater("v_thresh", "v_reset", values, "mV", "IF_curr_exp")
