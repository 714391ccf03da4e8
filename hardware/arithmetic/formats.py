"""Number formats: how many bits of each variable stand behind the binary point, and what follows from that.

A value x is kept as the integer nearest to ``x * 2**fraction``; currents and weights in nA, all else without a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["INT32_LIMIT", "SUM_LIMIT", "FormatConstants", "Formats", "Integers", "from_fixed", "to_fixed"]

Integers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
"""Integers of any shape, in int64; values fit 32 bits unless it is said that they need 64."""

INT32_LIMIT = 2**31 - 1
"""Variables of 32 bits lie in -INT32_LIMIT..INT32_LIMIT."""

SUM_LIMIT = 2**30 - 1
"""A, B, delta, gamma, S1 and S2 lie in -SUM_LIMIT..SUM_LIMIT: sums and differences of two fit 32 bits."""


class FormatConstants(NamedTuple):
    """What kernels need to know of the formats; C defines the same constants.

    Attributes
    ----------
    state_shift : int
        From input to state, to the left.
    input_limit : int
        Largest sum of weights within a tick that is taken up; as a state it is just below SUM_LIMIT.
    arrival_shift : int
        From weight to input, to the right if positive.
    graded_shift : int
        From weight times grade to grade, to the right.
    factor_fraction, error_fraction, grade_fraction : int
        Shifts to the right after a multiplication by a factor, an error or a grade.
    weight_limit : int
        Largest stored weight.
    weight_shift : int
        From change to weight, to the right.
    feedback_shift : int
        From feedback to error, to the right.
    product_shift : int
        From feedback to perturbation times directional sum, to the left.
    step_shift : int
        From difference times rate to feedback, to the right.
    stochastic : bool
        Whether changes are rounded to weights at random.
    """

    state_shift: int
    input_limit: int
    arrival_shift: int
    graded_shift: int
    factor_fraction: int
    error_fraction: int
    grade_fraction: int
    weight_limit: int
    weight_shift: int
    feedback_shift: int
    product_shift: int
    step_shift: int
    stochastic: bool


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
        Grades, D, directional sums and perturbations; at most 24.
    factor : int
        c/drive of a spike; at most 30.
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

    state: int = 21
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
        highest = {"grade": 24, "factor": 30}
        for field in fields(self):
            value, most = getattr(self, field.name), highest.get(field.name, 32)
            if field.name != "stochastic" and not (isinstance(value, int) and 0 <= value <= most):
                raise ValueError(f"Formats: {field.name} = {value!r} is not valid; it must be an integer in 0..{most}.")
        if self.weight_bits not in (16, 32):
            raise ValueError(f"Formats: weight_bits = {self.weight_bits} is not valid; choose 16 or 32.")
        for coarse, fine in (("input", "state"), ("weight", "change")):
            low, high = getattr(self, coarse), getattr(self, fine)
            if low > high:
                raise ValueError(f"Formats: {coarse} = {low} is not valid; it must be <= {fine} = {high}.")
        if not self.error + 8 <= self.feedback <= 2 * self.grade:  # else the feedback of 256 outputs overflows 64 bits
            raise ValueError(
                f"Formats: feedback = {self.feedback} is not valid; it must be >= error + 8 = {self.error + 8} and "
                f"<= 2 * grade = {2 * self.grade}."
            )
        if self.max_events < 1:
            raise ValueError(
                f"Formats: input = {self.input} leaves no room to add weights of {self.weight_bits} bits, "
                f"{self.weight} of them behind the point; choose input <= {32 - self.weight_bits + self.weight}."
            )

    @property
    def max_events(self) -> int:
        """Events within one tick whose weights can be summed in 32 bits, whatever the weights are."""
        bits = 32 - self.weight_bits + self.weight - self.input
        return int(2**bits) if bits >= 0 else 0

    def constants(self) -> FormatConstants:
        """Return the constants of the kernels."""
        return FormatConstants(
            state_shift=self.state - self.input,
            input_limit=2 ** (30 - (self.state - self.input)) - 1,
            arrival_shift=self.weight - self.input,
            graded_shift=self.input,
            factor_fraction=self.factor,
            error_fraction=self.error,
            grade_fraction=self.grade,
            weight_limit=2 ** (self.weight_bits - 1) - 1,
            weight_shift=self.change - self.weight,
            feedback_shift=self.feedback - self.error,
            product_shift=2 * self.grade - self.feedback,
            step_shift=31 + self.grade - self.feedback,
            stochastic=self.stochastic,
        )


def to_fixed(values: ArrayLike, fraction: int, limit: int = INT32_LIMIT) -> Integers:
    """Return the integers nearest to ``values * 2**fraction``, limited to -limit..limit; values must be finite."""
    scaled = np.rint(np.ldexp(np.asarray(values, np.float64), fraction))
    integers: Integers = np.clip(scaled, -limit, limit).astype(np.int64)
    return integers


def from_fixed(integers: ArrayLike, fraction: int) -> NDArray[np.float64]:
    """Return ``integers / 2**fraction``."""
    values: NDArray[np.float64] = np.ldexp(np.asarray(integers, np.float64), -fraction)
    return values
