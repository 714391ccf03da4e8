"""No feedback weights, for transport that takes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.rules.parts.feedback import Feedback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NoFeedback"]


@dataclass(frozen=True)
class NoFeedback(Feedback):
    """Zeros."""

    name: ClassVar[str] = "none"

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros; see `Feedback.initial`."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]
