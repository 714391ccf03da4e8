"""The error transport of a rule: how the error of the output reaches the hidden layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.rules.parts.feedback import Feedback
    from pynn_sfdfa.rules.trials import Trials

    Regularisation = Callable[[int], NDArray[np.float32]]

__all__ = ["Transport"]


@dataclass(frozen=True)
class Transport(Part, ABC):
    """Assigns errors to the neurons and spikes of all layers."""

    hooks: ClassVar[dict[str, Need]] = {"assign": Need.OWN_ERRORS}
    through_times: ClassVar[bool] = False
    """Whether it follows how spikes move each other in time, which it does from layer to layer, not within one."""
    layer_wise: ClassVar[bool] = False
    """Whether feedback to a hidden layer comes from the next layer, instead of from the output.

    If so, spikes carry the perturbations of their own neurons alone; otherwise they pass those of lower layers on.
    """

    def initial_feedback(
        self, feedback: Feedback, shapes: Sequence[tuple[int, int]], seed: int
    ) -> list[NDArray[np.float32]]:
        """Return the feedback weights to start with, one array per hidden layer.

        Parameters
        ----------
        feedback : Feedback
        shapes : sequence of (int, int)
            Of the feedback of each hidden layer: (n_out, n_hidden); if it is layer-wise (n_next, n_hidden), or (lanes,
            rows) where neurons of the next layer see a part of this one and share what they have.
        seed : int
            Of the training.
        """
        return feedback.initial([*(below for _, below in shapes), shapes[0][0]], seed) if shapes else []

    @abstractmethod
    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Assign the errors of all layers that are to learn from these trials.

        Parameters
        ----------
        trials : Trials
        feedback : sequence of float32 arrays, shape (n_out, n_hidden)
            One per hidden layer, as `initial_feedback` has made them; not changed.
        regularisation : callable
            Returns what rate regularisation adds to the error of each neuron of a hidden layer, shape (neurons,), in
            every trial.
        """
