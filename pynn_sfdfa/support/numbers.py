"""Numbers, whatever their type: Python's or NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_integer", "is_number"]


def is_number(value: Any) -> bool:
    """Return whether a value is one real number, or an array of no dimension that holds one; True is none."""
    if isinstance(value, np.ndarray):
        value = value[()] if value.ndim == 0 else None
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def is_integer(value: Any, least: int) -> bool:
    """Return whether a value is a whole number of at least so much."""
    return is_number(value) and float(value).is_integer() and bool(value >= least)
