"""Checks of the parameters of models against their declared ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors
from pyNN.parameters import LazyArray, Sequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.models import Parameter

__all__ = ["check_parameter", "known"]


def check_parameter(parameter: Parameter, value: Any, model: str) -> None:
    """Raise InvalidParameterValueError unless every element of ``value`` lies in the parameter's valid range.

    Values that are not known yet (random distributions, functions of distance) pass; the back end checks again
    when they have been evaluated.
    """
    numbers = _numbers(value)
    # Valid values form an interval (and NaN spreads to both extremes): large arrays need no look at each element.
    if not numbers.size or (parameter.accepts(float(numbers.min())) and parameter.accepts(float(numbers.max()))):
        return
    for number in numbers.flat:
        if not parameter.accepts(float(number)):
            raise errors.InvalidParameterValueError(
                f"{model}: {parameter.name} = {number:g} is not valid; "
                f"{parameter.name} ({parameter.description}) must be {parameter.valid_range()}."
            )


def _numbers(value: Any) -> NDArray[np.float64]:
    """Return all numbers in a value, none if they are not known yet."""
    if isinstance(value, LazyArray):
        value = value.base_value
    if isinstance(value, Sequence):
        value = value.value
    try:
        values = np.asarray(value)
        if values.dtype == object:
            values = np.concatenate([np.ravel(getattr(v, "value", v)) for v in values.flat]) if values.size else values
        return values.astype(float)
    except (TypeError, ValueError):
        return np.empty(0)


def known(parameter_space: Any) -> dict[str, Any]:
    """Return the parameters whose values are already plain numbers or arrays."""
    found = {}
    for name, lazy in parameter_space.items():
        value = lazy.base_value
        if isinstance(value, (int, float, np.ndarray, Sequence)) and not lazy.operations:
            found[name] = value
    return found
