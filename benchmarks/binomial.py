"""How sure a share of right answers is."""

from __future__ import annotations

from math import sqrt


def interval(share: float, n: int) -> float:
    """Return half the width of the normal 95 % interval of a share of n recordings."""
    return 1.96 * sqrt(share * (1 - share) / n)
