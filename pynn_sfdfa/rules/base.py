"""What a learning rule is: how errors reach the hidden layers, given the trials of one batch."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numba import float32, int32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["LearningRule", "Trials", "rate_error"]


class Trials(Protocol):
    """The trials of one batch after their forward pass, as a simulator offers them to a rule.

    Layers are counted from 0 (the first hidden layer) to ``n_layers - 1`` (the output layer).
    """

    n_layers: int
    output_error: NDArray[np.float32]
    """e_o = target_o - n_o, shape (trials, n_out)."""

    def counts(self, layer: int) -> NDArray[np.int32]:
        """Return the spikes of each neuron in each trial, shape (trials, neurons)."""
        ...

    def perturbation(self, layer: int) -> NDArray[np.float32]:
        """Return v of the neurons that fired and 0 for the others, shape (trials, neurons)."""
        ...

    def directional(self) -> NDArray[np.float32]:
        """Return d_o, the sum of the grades of each output neuron's spikes, shape (trials, n_out)."""
        ...

    def learn(self, layer: int, error: NDArray[np.float32]) -> None:
        """Let the layer's weights change by error times eligibility; error has shape (trials, neurons).

        They change after the rule has assigned all errors; a layer that is given none has no gradient in this batch.
        """
        ...

    def feed_back(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """Give every spike of a hidden layer an error from the output spikes that follow it, beside its neuron's.

        The errors of the output layer must have been assigned; ``feedback`` has shape (n_out, neurons). Only simulators
        that know all spikes of a trial at its end offer this.
        """
        ...

    def backpropagate(self, layer: int) -> None:
        """Add to the error of every spike of the layer below how the loss changes with its time through this layer.

        The errors of this layer, and of its own spikes, must have been assigned. Only simulators that know all spikes
        of a trial at its end offer this.
        """
        ...


@dataclass(frozen=True)
class LearningRule(ABC):
    """A rule that assigns errors to hidden neurons; everything else is shared by all rules.

    Parameters
    ----------
    rho, r_target : float
        Strength and target (spikes per trial) of the rate regularisation of hidden neurons.

    Raises
    ------
    ValueError
        If a setting is not finite or is negative.
    """

    name: ClassVar[str]
    perturbs: ClassVar[bool]
    """Whether hidden neurons draw perturbations and spikes carry grades."""
    of_trainer_only: ClassVar[tuple[str, ...]] = ()
    """Settings that networks which learn inside a simulation do not have."""

    rho: float
    r_target: float

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The compiled functions that the rule calls, so that they can be compiled before the first batch."""
        return ()

    @property
    def takes(self) -> tuple[str, ...]:
        """The methods of `Trials` that the rule calls and others do not, so that these can be compiled, too."""
        return ()

    def __post_init__(self) -> None:
        for field, value in vars(self).items():
            if isinstance(value, float | int) and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{type(self).__name__}: {field} = {value} is not valid; it must be >= 0.")

    @abstractmethod
    def initial_feedback(self, sizes: Sequence[int], seed: int) -> list[NDArray[np.float32]]:
        """Return the feedback weights to start with: one (n_out, n_hidden) per hidden layer.

        ``sizes`` counts the neurons of the hidden layers and of the output layer.
        """

    @abstractmethod
    def backward(self, trials: Trials, feedback: list[NDArray[np.float32]]) -> None:
        """Assign errors to the neurons of each layer by `Trials.learn`; ``feedback`` is not changed."""

    def improve_feedback(  # noqa: B027 (a hook: rules with fixed feedback leave it as it is)
        self, trials: Trials, layer: int, feedback: NDArray[np.float32]
    ) -> None:
        """Change the feedback of one hidden layer in place; called after `backward`, possibly while weights change."""

    def regularise(self, trials: Trials, layer: int) -> None:
        """Give the neurons of a hidden layer the errors of rate regularisation alone; those of spikes come on top."""
        counts = trials.counts(layer)
        trials.learn(layer, np.broadcast_to(self.regularisation(counts), counts.shape))

    def regularisation(self, counts: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return rho (r_target - mean count over the batch) of each neuron of a hidden layer."""
        error = np.zeros(counts.shape[1], np.float32)
        rate_error(counts, np.float32(self.rho), np.float32(self.r_target), error)
        return error


@kernel(int32[:, ::1], float32, float32, float32[::1], fastmath=FLOAT_FLAGS)
def rate_error(counts: NDArray[np.int32], rho: np.float32, r_target: np.float32, error: NDArray[np.float32]) -> None:
    """Set ``rho (r_target - mean over the trials of n_i)``, shape (neurons,); counts is (trials, neurons)."""
    trials, neurons = counts.shape
    for trial in range(trials):
        for i in range(neurons):
            error[i] += np.float32(counts[trial, i])
    for i in range(neurons):
        error[i] = rho * (r_target - error[i] / np.float32(trials))
