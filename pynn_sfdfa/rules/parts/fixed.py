"""Fixed random feedback (Nøkland 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.support.settings import Range, doc

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
    """

    name: ClassVar[str] = "fixed"

    weights: Annotated[Range, doc("drawn uniformly from this range")] = (-1.0, 1.0)

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return the random feedback of one seed; see `Feedback.initial`."""
        rng = np.random.default_rng(np.random.SeedSequence([seed, *_STREAM]))
        return [rng.uniform(*self.weights, (sizes[-1], hidden)).astype(np.float32) for hidden in sizes[:-1]]
