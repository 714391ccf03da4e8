"""Number formats: how many bits of each variable stand behind the binary point, and what follows from that.

A value x is kept as the integer nearest to ``x * 2**fraction``; currents and weights in nA, all else without a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["INT32_LIMIT", "SUM_LIMIT", "Formats", "Integers", "from_fixed", "to_fixed"]

Integers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
"""Integers of any shape. Values fit 32 bits, unless the name of a variable or a comment says that they need 64."""

INT32_LIMIT = 2**31 - 1
"""Variables of 32 bits lie in -INT32_LIMIT..INT32_LIMIT."""

SUM_LIMIT = 2**30 - 1
"""A, B, S1 and S2 and the error of a spike lie in -SUM_LIMIT..SUM_LIMIT: sums and differences of two fit 32 bits."""


@dataclass(frozen=True)
class Formats:
    """Fraction bits of each variable.

    Parameters
    ----------
    state : int
        A, B and the threshold c (nA).
    input : int
        Weights on arrival, and their sum within a tick (nA).
    weight : int
        Stored weights (nA).
    weight_bits : int
        Size of a stored weight, 16 or 32.
    grade : int
        Grades, D, directional sums and perturbations.
    factor : int
        c/drive of a spike.
    change : int
        What leads to a change of weight: delta, gamma, S1, S2 (nA).
    error : int
        Errors and targets (spikes).
    feedback : int
        Feedback weights.
    stochastic : bool
        Whether changes are rounded to weights at random, without bias, or to the nearest; where ``change == weight``
        nothing is rounded.

    Raises
    ------
    ValueError
        If sums within a tick could overflow, or a shift would go the wrong way.
    """

    state: int = 22
    input: int = 16
    weight: int = 27
    weight_bits: int = 32
    grade: int = 16
    factor: int = 24
    change: int = 27
    error: int = 16
    feedback: int = 24
    stochastic: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "stochastic" and not (isinstance(value, int) and 0 <= value <= 32):
                raise ValueError(f"Formats: {field.name} = {value!r} is not valid; it must be an integer in 0..32.")
        if self.weight_bits not in (16, 32):
            raise ValueError(f"Formats: weight_bits = {self.weight_bits} is not valid; choose 16 or 32.")
        for coarse, fine in (("input", "state"), ("weight", "change"), ("error", "feedback")):
            low, high = getattr(self, coarse), getattr(self, fine)
            if low > high:
                raise ValueError(f"Formats: {coarse} = {low} is not valid; it must be <= {fine} = {high}.")
        if self.max_events < 1:
            raise ValueError(
                f"Formats: input = {self.input} leaves no room to add weights of {self.weight_bits} bits, "
                f"{self.weight} of them behind the point; choose input <= {31 - self._weight_integer_bits}."
            )

    @property
    def _weight_integer_bits(self) -> int:
        return self.weight_bits - 1 - self.weight

    @property
    def weight_limit(self) -> int:
        """Largest stored weight."""
        return int(2 ** (self.weight_bits - 1) - 1)

    @property
    def input_limit(self) -> int:
        """Largest sum of weights within a tick that is taken up; as a state it is just below SUM_LIMIT."""
        return int(2 ** (30 - (self.state - self.input)) - 1)

    @property
    def max_events(self) -> int:
        """Events within one tick whose weights can be summed in 32 bits, whatever the weights are."""
        bits = 31 - self.input - self._weight_integer_bits
        return int(2**bits) if bits >= 0 else 0


def to_fixed(values: ArrayLike, fraction: int, limit: int = INT32_LIMIT) -> Integers:
    """Return the integers nearest to ``values * 2**fraction``, saturated at ``limit``; values must be finite."""
    scaled = np.rint(np.ldexp(np.asarray(values, np.float64), fraction))
    return np.clip(scaled, -limit, limit).astype(np.int64)


def from_fixed(integers: ArrayLike, fraction: int) -> NDArray[np.float64]:
    """Return ``integers / 2**fraction``."""
    values: NDArray[np.float64] = np.ldexp(np.asarray(integers, np.float64), -fraction)
    return values
