"""Feedback that is estimated forward, from directional derivatives carried by the spikes (Bacho & Chu 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numba import float32, int32

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel
from pynn_sfdfa.support.settings import NotNegative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Estimated", "estimate_feedback"]


@kernel(
    *(int32[:, ::1], float32[:, ::1], float32[:, ::1], float32, float32[::1], float32[::1], float32[:, ::1]),
    fastmath=FLOAT_FLAGS,
)
def estimate(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
    fired: NDArray[np.float32],
    correlation: NDArray[np.float32],
    feedback: NDArray[np.float32],
) -> None:
    """``Bfb[o, i] += eta_B (mean of v_i d_o - Bfb[o, i])`` (docs/algorithm.md, section 5)."""
    trials, hidden = counts.shape
    for trial in range(trials):
        for i in range(hidden):
            fired[i] += np.float32(1.0) if counts[trial, i] > 0 else np.float32(0.0)
    for o in range(feedback.shape[0]):
        row = feedback[o]
        for i in range(hidden):
            correlation[i] = np.float32(0.0)
        for trial in range(trials):
            d = directional[trial, o]
            for i in range(hidden):
                correlation[i] += perturbation[trial, i] * d
        for i in range(hidden):
            if fired[i] > 0:
                row[i] += learning_rate * (correlation[i] / fired[i] - row[i])


def estimate_feedback(
    counts: NDArray[np.int32],
    perturbation: NDArray[np.float32],
    directional: NDArray[np.float32],
    learning_rate: np.float32,
    feedback: NDArray[np.float32],
) -> None:
    """Move ``Bfb[o, i]`` by ``eta_B (mean of v_i d_o - Bfb[o, i])``, in place.

    The mean is over the trials in which neuron i fired; neurons that fired in none keep their feedback.

    Parameters
    ----------
    counts : int32, shape (trials, n_hidden)
    perturbation : float32, shape (trials, n_hidden)
        0 for neurons that did not fire.
    directional : float32, shape (trials, n_out)
    feedback : float32, shape (n_out, n_hidden)
    """
    fired, correlation = np.zeros((2, feedback.shape[1]), np.float32)
    estimate(counts, perturbation, directional, learning_rate, fired, correlation, feedback)


@dataclass(frozen=True)
class Estimated(Feedback):
    """Starts at 0 and moves towards the mean of v_i d_o, by `estimate_feedback`.

    Parameters
    ----------
    learning_rate : float
        eta_B.
    """

    name: ClassVar[str] = "estimated"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PERTURBATIONS})  # feedback projections do the rest by themselves
    kernels: ClassVar[tuple[Any, ...]] = (estimate,)

    learning_rate: NotNegative = 1e-4

    @property
    def rate(self) -> float:
        """eta_B."""
        return self.learning_rate

    def initial(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros; see `Feedback.initial`."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]

    def improve(self, trials: Trials, layer: int, feedback: NDArray[np.float32]) -> None:
        """Move towards the correlation of perturbations and directional derivatives; see `Feedback.improve`."""
        rate = np.float32(self.learning_rate)
        estimate_feedback(trials.counts(layer), trials.perturbation(layer), trials.directional(), rate, feedback)
