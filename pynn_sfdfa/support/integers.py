"""Whole numbers, whatever their type."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_integer"]


def is_integer(value: Any, least: int) -> bool:
    """Return whether a value is a whole number of at least so much, whatever its type."""
    return isinstance(value, int | float | np.number) and float(value).is_integer() and bool(value >= least)
