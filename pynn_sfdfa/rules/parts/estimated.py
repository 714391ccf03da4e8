"""Feedback that is estimated forward, from directional derivatives carried by the spikes (Bacho & Chu 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.support.settings import NotNegative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Estimated"]


@dataclass(frozen=True)
class Estimated(Feedback):
    """Starts at 0 and moves towards the mean of v_i d_o, by `pynn_sfdfa.rules.kernels.estimate.estimate_feedback`.

    Parameters
    ----------
    learning_rate : float
        eta_B.
    """

    name: ClassVar[str] = "estimated"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PERTURBATIONS})  # feedback projections do the rest by themselves

    learning_rate: NotNegative = 1e-4

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The estimate."""
        from pynn_sfdfa.rules.kernels.estimate import estimate

        return (estimate,)

    @property
    def rate(self) -> float:
        """eta_B."""
        return self.learning_rate

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros; see `Feedback.initial`."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]

    def improve(self, trials: Trials, layer: int, feedback: NDArray[np.float32]) -> None:
        """Move towards the correlation of perturbations and directional derivatives; see `Feedback.improve`."""
        from pynn_sfdfa.rules.kernels.estimate import estimate_feedback

        rate = np.float32(self.learning_rate)
        estimate_feedback(trials.counts(layer), trials.perturbation(layer), trials.directional(), rate, feedback)
