"""What fixed point lost: values that were saturated, and changes that were rounded to zero, by variable."""

from __future__ import annotations

import numpy as np

__all__ = [
    "CHANGE",
    "ERROR",
    "FACTOR",
    "FEEDBACK",
    "GRADE",
    "INPUT",
    "STATE",
    "VARIABLES",
    "WEIGHT",
    "Tally",
]

VARIABLES = ("input", "state", "grade", "factor", "error", "change", "weight", "feedback")
"""The variables that are counted, in the order in which C counts them.

input: the sum of the weights within a tick; state: A, B and drive; grade: D, grades and directional sums; factor:
c/drive; error: errors of output and hidden neurons; change: delta, gamma, S1 and S2; weight: stored weights; feedback:
feedback weights and their differences.
"""

INPUT, STATE, GRADE, FACTOR, ERROR, CHANGE, WEIGHT, FEEDBACK = range(len(VARIABLES))


class Tally:
    """Counts by variable.

    Attributes
    ----------
    counts : int64, shape (3, variables)
        Row 0: values that did not fit and were replaced by the limit. Row 1: results of an operand other than zero
        that were rounded to zero. Row 2, in Python only: the largest absolute value before it was limited.
    """

    def __init__(self) -> None:
        self.counts = np.zeros((3, len(VARIABLES)), np.int64)

    @property
    def saturated(self) -> dict[str, int]:
        """Values that were saturated, by variable."""
        return dict(zip(VARIABLES, self.counts[0].tolist(), strict=True))

    @property
    def vanished(self) -> dict[str, int]:
        """Changes that were rounded to zero, by variable."""
        return dict(zip(VARIABLES, self.counts[1].tolist(), strict=True))

    @property
    def largest(self) -> dict[str, int]:
        """Largest absolute value, saturated or not, by variable; an integer in the format of the variable."""
        return dict(zip(VARIABLES, self.counts[2].tolist(), strict=True))
