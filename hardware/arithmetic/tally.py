"""What fixed point lost: values that were saturated, changes that were rounded to zero, by variable."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, Integers

__all__ = ["VARIABLES", "Tally"]

VARIABLES = ("input", "state", "grade", "factor", "error", "change", "weight", "feedback")
"""The variables that can saturate, in the order in which C counts them.

input: the sum of the weights within a tick; state: A and B; grade: D, grades and directional sums; factor: c/drive;
error: errors of output and hidden neurons; change: delta, gamma, S1 and S2; weight; feedback.
"""


class Tally:
    """Counts by variable.

    Attributes
    ----------
    saturated : Counter
        Values that did not fit and were replaced by the limit.
    vanished : Counter
        Results of a non-zero operand that were rounded to zero ("change", "weight", "feedback").
    values : Counter
        Values that were looked at for saturation.
    """

    def __init__(self) -> None:
        self.saturated: Counter[str] = Counter()
        self.vanished: Counter[str] = Counter()
        self.values: Counter[str] = Counter()

    def saturate(self, variable: str, x: Integers, limit: int = INT32_LIMIT) -> Integers:
        """Return x limited to -limit..limit."""
        self.values[variable] += x.size
        if not x.size or (x.max() <= limit and x.min() >= -limit):
            return x
        inside = np.clip(x, -limit, limit)
        self.saturated[variable] += int(np.count_nonzero(inside != x))
        return inside

    def note_vanished(self, variable: str, before: Integers, after: Integers) -> None:
        """Count where ``before`` is not zero but ``after`` is."""
        self.vanished[variable] += int(np.count_nonzero((after == 0) & (before != 0)))

    def table(self) -> str:
        """Return the counts as text, one variable a line."""
        lines = [f"{'variable':<10}{'values':>14}{'saturated':>12}{'to zero':>12}"]
        lines += [
            f"{name:<10}{self.values[name]:>14,}{self.saturated[name]:>12,}{self.vanished[name]:>12,}"
            for name in VARIABLES
        ]
        return "\n".join(lines)
