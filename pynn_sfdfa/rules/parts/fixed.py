"""Fixed random feedback (Nøkland 2016)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.rules.parts.feedback import Feedback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Fixed"]

_STREAM = tuple(b"dfa")
"""Keeps the draws apart from others of the same seed."""


@dataclass(frozen=True)
class Fixed(Feedback):
    """Drawn uniformly, once.

    Parameters
    ----------
    weights : tuple of float
        Range of the uniform distribution.

    Raises
    ------
    ValueError
        If the range is not finite or empty.
    """

    name: ClassVar[str] = "fixed"

    weights: tuple[float, float] = (-1.0, 1.0)

    def __post_init__(self) -> None:
        if not -math.inf < self.weights[0] < self.weights[1] < math.inf:
            raise ValueError(f"fixed feedback: weights = {self.weights} is not valid; give (lowest, highest).")

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return the random feedback of one seed; see `Feedback.initial`."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, *_STREAM]))
        return [rng.uniform(*self.weights, (sizes[-1], hidden)).astype(np.float32) for hidden in sizes[:-1]]
