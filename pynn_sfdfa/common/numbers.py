"""The one check of every number that a user gives, and of quantities with units."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import quantities as pq
from pyNN import errors

from pynn_sfdfa.support.numbers import is_number

__all__ = ["number", "plain"]


def number(
    name: str,
    value: Any,
    unit: str = "",
    *,
    minimum: float = -math.inf,
    exclusive: bool = False,
    maximum: float = math.inf,
    integer: bool = False,
) -> Any:
    """Return a value that must be one finite number, as a float, or as an int if it must be an integer.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : number, 0-d array or quantity
    unit : str, optional
        In which the number counts; a quantity with another unit of the kind is converted.
    minimum, maximum : float
        Bounds; ``exclusive`` excludes the lower one itself.
    integer : bool
        Whether only whole numbers are valid.

    Raises
    ------
    ValueError
        Names the argument, its value and what is valid.
    """
    found = plain(name, value, unit)
    if is_number(found):
        given = int(found) if integer and math.isfinite(found) and int(found) == found else float(found)
        above = given > minimum if exclusive else given >= minimum
        if math.isfinite(given) and above and given <= maximum and (not integer or isinstance(given, int)):
            return given
    raise ValueError(
        f"{name} = {_short(value)} is not valid; it must be {_valid(unit, minimum, exclusive, maximum, integer)}."
    )


def _valid(unit: str, minimum: float, exclusive: bool, maximum: float, integer: bool) -> str:
    kind = "an integer" if integer else "a finite number"
    unit = f" {unit}" if unit else ""
    if maximum < math.inf:
        most = f"{maximum}" if integer else f"{maximum:g}"
        return f"{kind} from {minimum:g} to {most}{unit}"
    if minimum == -math.inf:
        return f"{kind}{unit and ' in' + unit}"
    return f"{kind} {'>' if exclusive else '>='} {minimum:g}{unit}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def plain(name: str, value: Any, unit: str) -> Any:
    """Return what PyNN takes: without units, converted to ``unit``, and no array of dimension 0.

    Parameters
    ----------
    name : str
        For the message.
    value : anything
        Quantities, and lists that hold any, are converted; whatever else has no unit is returned as it is.
    unit : str
        As PyNN spells it, such as ``nF``; empty for a pure number.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If the unit is of another kind.
    """
    if isinstance(value, list | tuple) and any(isinstance(element, pq.Quantity) for element in value):
        return [plain(name, element, unit) for element in value]
    if isinstance(value, pq.Quantity):
        try:
            value = value.rescale(unit.replace("^", "**") or "dimensionless").magnitude
        except (ValueError, LookupError, SyntaxError):
            raise errors.InvalidParameterValueError(
                f"{name} = {_short(value)} is not valid; give it in {unit or 'no unit, as a number'}."
            ) from None
    elif hasattr(value, "dim") and hasattr(value, "in_unit"):  # Brian2's, which is not imported for this
        raise errors.InvalidParameterValueError(
            f"{name} = {_short(value)} is a quantity of Brian2; give the number in {unit or 'no unit'}"
            + (f", here {name}/brian2.{unit}." if unit.isalpha() else ".")
        )
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype != object:
        return value.item()
    return value
