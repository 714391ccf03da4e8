"""Shapes of layers: tuples of integers, whose units are numbered row by row."""

from __future__ import annotations

import math
from typing import Any

from pynn_sfdfa.support.numbers import is_integer

__all__ = ["Shape", "checked_shape", "units"]

Shape = tuple[int, ...]
"""(784,) or (1, 28, 28): channels first, and the last index runs fastest."""


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
