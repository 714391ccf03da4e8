"""Units of the model declarations in Brian2's terms."""

from __future__ import annotations

import re
from typing import Any

import brian2

__all__ = ["base_unit", "scale"]

# Name in the declarations: unit as an object, and the SI unit that Brian2 stores values in.
_UNITS: dict[str, tuple[Any, str]] = {
    "ms": (brian2.ms, "second"),
    "mV": (brian2.mV, "volt"),
    "nA": (brian2.nA, "amp"),
    "nF": (brian2.nF, "farad"),
}


def base_unit(unit: str) -> str:
    """Return the SI unit in which Brian2 stores a quantity declared in ``unit``, as equations spell it."""
    return re.sub(r"[A-Za-z]+", lambda match: _UNITS[match.group()][1], unit.replace("^", "**")) or "1"


def scale(unit: str) -> Any:
    """Return what a number in ``unit`` has to be multiplied with: a Brian2 quantity, or 1."""
    numerator, _, denominator = unit.partition("/")
    return _product(numerator) / _product(denominator)


def _product(factor: str) -> Any:
    if not factor:
        return 1
    name, _, power = factor.partition("^")
    return _UNITS[name][0] ** int(power or 1)
