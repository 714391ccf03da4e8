"""Spiking Forward Direct Feedback Alignment (Bacho & Chu, arXiv:2403.08804)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.rules.base import LearningRule, Trials, rate_error
from pynn_sfdfa.rules.feedback import estimate, estimate_feedback, project, project_errors, time_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["SFDFA"]


@dataclass(frozen=True)
class SFDFA(LearningRule):
    """Direct feedback whose weights are estimated forward, from directional derivatives carried by the spikes.

    Parameters
    ----------
    feedback_learning_rate : float
        eta_B; feedback starts at 0 and moves towards the mean of v_i d_o.
    rho, r_target : float
        Rate regularisation of hidden neurons.
    timed : bool
        Output spikes travel the feedback projections, each with its factor f, and hidden neurons keep those of a trial.
        At its end a hidden spike learns from the output spikes that came after it, as far as it has moved them, instead
        of from the output neurons' errors whatever the time. With one hidden layer and feedback that equals the forward
        weights this is exact backpropagation.
    """

    name: ClassVar[str] = "sfdfa"
    perturbs: ClassVar[bool] = True
    of_trainer_only: ClassVar[tuple[str, ...]] = ("timed",)

    rho: float = 0.1
    r_target: float = 0.2
    feedback_learning_rate: float = 1e-4
    timed: bool = False

    @property
    def kernels(self) -> tuple[Any, ...]:
        """What is compiled of it."""
        return (estimate, rate_error) if self.timed else (estimate, project, rate_error)

    @property
    def takes(self) -> tuple[str, ...]:
        """What gives hidden spikes their errors if they are timed."""
        return ("feed_back",) if self.timed else ()

    def initial_feedback(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return zeros: SFDFA starts without feedback."""
        return [np.zeros((sizes[-1], hidden), np.float32) for hidden in sizes[:-1]]

    def backward(self, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
        """Send the output error back with the present feedback."""
        (time_errors if self.timed else project_errors)(self, trials, feedback)

    def improve_feedback(self, trials: Trials, layer: int, feedback: NDArray[np.float32]) -> None:
        """Move the feedback towards the correlation of perturbations and directional derivatives."""
        rate = np.float32(self.feedback_learning_rate)
        estimate_feedback(trials.counts(layer), trials.perturbation(layer), trials.directional(), rate, feedback)
