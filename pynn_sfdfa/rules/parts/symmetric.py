"""Symmetric feedback: that of the forward weights, which no synapse can know by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.feedback import Feedback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Symmetric"]


@dataclass(frozen=True)
class Symmetric(Feedback):
    """The weights of the synapses from the hidden to the output neurons, as they are in each trial.

    For networks with one hidden layer.
    """

    name: ClassVar[str] = "symmetric"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.SYMMETRY})
    symmetric: ClassVar[bool] = True

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros, in whose place come the weights of the first trial; see `Feedback.initial`."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]
