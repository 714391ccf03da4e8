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

input: the sum of the weights within a tick; state: A and B; grade: D, grades and directional sums; factor: drive and
c/drive; error: errors of output and hidden neurons; change: delta, gamma, S1 and S2; weight; feedback.
"""

INPUT, STATE, GRADE, FACTOR, ERROR, CHANGE, WEIGHT, FEEDBACK = range(len(VARIABLES))


class Tally:
    """Counts by variable.

    Attributes
    ----------
    counts : int64, shape (2, variables)
        Row 0: values that did not fit and were replaced by the limit. Row 1: results of an operand other than zero
        that were rounded to zero.
    """

    def __init__(self) -> None:
        self.counts = np.zeros((2, len(VARIABLES)), np.int64)

    @property
    def saturated(self) -> dict[str, int]:
        """Values that were saturated, by variable."""
        return dict(zip(VARIABLES, self.counts[0].tolist(), strict=True))

    @property
    def vanished(self) -> dict[str, int]:
        """Changes that were rounded to zero, by variable."""
        return dict(zip(VARIABLES, self.counts[1].tolist(), strict=True))

    def table(self) -> str:
        """Return the counts as text, one variable a line."""
        lines = [f"{'variable':<10}{'saturated':>14}{'to zero':>14}"]
        rows = zip(VARIABLES, *self.counts.tolist(), strict=True)
        lines += [f"{name:<10}{saturated:>14,}{vanished:>14,}" for name, saturated, vanished in rows]
        return "\n".join(lines)
