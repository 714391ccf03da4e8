"""How the values of a sweep are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn_sfdfa.support.wording import short

__all__ = ["Distribution", "parse_distribution"]

_KINDS = ("uniform", "log_uniform", "integers", "choice")
_EXAMPLES = "{ uniform = [0, 1] }, { log_uniform = [1e-4, 1e-2] }, { integers = [50, 200] } or { choice = [20, 50] }"
_DIGITS = 4  # significant: enough for a setting, and readable in tables


@dataclass(frozen=True)
class Distribution:
    """A kind of draw and its range, or its choices."""

    kind: str
    values: tuple[Any, ...]

    @staticmethod
    def describes(table: dict[str, Any]) -> bool:
        """Whether a table of a sweep file is meant as a distribution."""
        return bool(set(table) & set(_KINDS))

    def draw(self, rng: np.random.Generator) -> Any:
        """Return a value; numbers are rounded to four significant digits, integers include both ends."""
        if self.kind == "choice":
            return self.values[int(rng.integers(len(self.values)))]
        low, high = self.values
        if self.kind == "integers":
            return int(rng.integers(low, high, endpoint=True))
        if self.kind == "log_uniform":
            return _rounded(math.exp(rng.uniform(math.log(low), math.log(high))))
        return _rounded(rng.uniform(low, high))

    def rounded(self, number: float) -> int | float:
        """Return a number of the range as a setting: rounded as `draw` rounds."""
        return int(number) if self.kind == "integers" else _rounded(number)


def parse_distribution(table: Any) -> Distribution:
    """Return the distribution that a table of a sweep file describes.

    Raises
    ------
    ValueError
        If it describes none; the message says what is valid.
    """
    if not isinstance(table, dict) or len(table) != 1 or not Distribution.describes(table):
        raise ValueError(f"say how to draw it: {_EXAMPLES}.")
    ((kind, values),) = table.items()
    if not isinstance(values, list) or not values:
        raise ValueError(f"{kind} needs a list; examples: {_EXAMPLES}.")
    if kind != "choice":
        _check_range(kind, values)
    return Distribution(kind, tuple(values))


def _check_range(kind: str, values: list[Any]) -> None:
    shown = short(f"{kind} = {values}")
    types = (int,) if kind == "integers" else (int, float)
    numbers = all(isinstance(value, types) and not isinstance(value, bool) for value in values)
    if not numbers or len(values) != 2 or not values[0] < values[1] or not all(map(math.isfinite, values)):
        whole = "whole " if kind == "integers" else ""
        raise ValueError(f"{shown} is not valid; it needs two {whole}numbers, the smaller one first.")
    if kind == "log_uniform" and values[0] <= 0:
        raise ValueError(f"{shown} is not valid; both numbers must be > 0.")
    if not math.isfinite(float(values[1]) - float(values[0])):
        raise ValueError(f"{shown} is not valid; the range is too wide.")


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
