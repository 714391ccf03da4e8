"""The feedback weights of a rule: what they are at first, and how they change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.part import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Feedback"]


@dataclass(frozen=True)
class Feedback(Part, ABC):
    """Feedback weights stay as they are at first, unless a subclass says how they change."""

    hooks: ClassVar[dict[str, Need]] = {"improve": Need.OWN_FEEDBACK}
    symmetric: ClassVar[bool] = False
    """Whether feedback has the weights of the forward synapses, whatever they are."""

    @property
    def rate(self) -> float:
        """eta_B of feedback projections that learn by themselves; 0 if they stay as they are."""
        return 0.0

    @property
    def keeps(self) -> tuple[str, ...]:
        """Names of arrays that `improve` needs from batch to batch; see `pynn_sfdfa.rules.trials.Trials.kept`."""
        return ()

    @abstractmethod
    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return the feedback weights to start with, one (n_out, n_hidden) per hidden layer.

        Parameters
        ----------
        sizes : sequence of int
            Neurons of the hidden layers and of the output layer.
        seed : int
            Of the training.
        """

    def improve(self, trials: Trials, layer: int, feedback: NDArray[np.float32]) -> None:
        """Change the feedback of one hidden layer in place, shape (n_out, n_hidden); see `Transport.layer_wise`.

        It is called after the errors have been assigned, possibly while weights change.
        """
