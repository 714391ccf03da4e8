"""What a user gives for the parameters of a model, as PyNN takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyNN import errors
from pyNN.parameters import Sequence

from pynn_sfdfa.common.numbers import plain
from pynn_sfdfa.common.spike_times import sequences

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["convert_units", "given"]


def given(model: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters of a cell or synapse type without units and in PyNN's forms.

    Parameters
    ----------
    model : type or instance
        A cell or synapse type of PyNN; those that are put together have parameters of their own.
    parameters : mapping
        What the user has given, by name.

    Raises
    ------
    pyNN.errors.NonExistentParameterError
        If the model has no such parameter; the message lists those it has.
    pyNN.errors.InvalidParameterValueError
        If a value has the wrong unit or is no value of this parameter.
    """
    defaults: Mapping[str, Any] = model.default_parameters
    kind = model.__name__ if isinstance(model, type) else type(model).__name__
    units: Mapping[str, str] = getattr(model, "units", {})
    converted = {}
    for name, value in parameters.items():
        if name not in defaults:
            raise errors.NonExistentParameterError(name, kind, list(defaults))
        unit = units.get(name, "").replace("dimensionless", "")
        as_given = sequences if isinstance(defaults[name], Sequence) else plain
        converted[name] = as_given(f"{kind}: {name}", value, unit)
    return converted


def convert_units(cell_type: Any) -> None:
    """Convert quantities among the parameters of a cell type of PyNN's own, once it has been created."""
    for name, lazy in cell_type.parameter_space.items():
        unit = cell_type.units.get(name, "").replace("dimensionless", "")
        lazy.base_value = plain(f"{type(cell_type).__name__}: {name}", lazy.base_value, unit)
