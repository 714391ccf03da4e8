"""Shapes of layers: tuples of integers, whose units are numbered row by row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["Shape", "checked_shape", "is_integer", "units"]

Shape = tuple[int, ...]
"""(784,) or (1, 28, 28): channels first, and the last index runs fastest."""


def is_integer(value: Any, least: int) -> bool:
    """Return whether a value is a whole number of at least so much, whatever its type."""
    return isinstance(value, int | float | np.number) and float(value).is_integer() and bool(value >= least)


def checked_shape(shape: Any, who: str) -> Shape:
    """Return a shape as a tuple of int.

    Raises
    ------
    ValueError
        If it is none; names who has it, and an example.
    """
    given = shape if isinstance(shape, tuple | list) else ()
    if not given or not all(is_integer(length, 1) for length in given):
        raise ValueError(
            f"{who}: shape = {shape!r} is not valid; give a tuple of integers >= 1, such as (784,) or (1, 28, 28)."
        )
    return tuple(int(length) for length in given)


def units(shape: Shape) -> int:
    """Return how many units a layer of that shape has."""
    return math.prod(shape)
