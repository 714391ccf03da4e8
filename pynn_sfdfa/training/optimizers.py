"""Optimisers: how a gradient, averaged over a batch, changes the weights of a layer.

All arrays are float32 and have the same shape; the update is one fused pass over memory.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numba import float32

from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.training.decay import Decay

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer"]

_LEAST_EPSILON = 1e-30
"""Well within the range of float32, also after the bias correction."""


@kernel(*4 * (float32[::1],), *6 * (float32,), fastmath=FLOAT_FLAGS)
def _adam(
    weights: NDArray[np.float32],
    gradient: NDArray[np.float32],
    mean: NDArray[np.float32],
    square: NDArray[np.float32],
    rate: np.float32,
    beta1: np.float32,
    beta2: np.float32,
    rest1: np.float32,
    rest2: np.float32,
    epsilon: np.float32,
) -> None:
    """Adam on flat arrays; the gradient is set to zero on the way. The bias corrections are in rate and epsilon.

    ``rest1`` and ``rest2`` are 1 - beta1 and 1 - beta2; a difference of float32 values would lose their last digits.
    """
    for i in range(weights.size):
        g = gradient[i]
        gradient[i] = np.float32(0.0)
        m = beta1 * mean[i] + rest1 * g
        s = beta2 * square[i] + rest2 * (g * g)
        mean[i] = m
        square[i] = s
        weights[i] -= rate * m / (np.float32(math.sqrt(s)) + epsilon)


@dataclass(frozen=True)
class Optimizer(ABC):
    """An optimiser: settings only; the state of each layer is a dict of arrays that the caller keeps and saves.

    Parameters
    ----------
    learning_rate : float
        In the first epoch; in all epochs if there is no decay.
    decay : Decay, optional
    """

    name: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    """Names of the state arrays of a layer; each has the shape of its weights and starts at zero."""
    kernels: ClassVar[tuple[Any, ...]] = ()
    """The optimiser's compiled functions, so that they can be compiled before the first batch."""

    learning_rate: float
    decay: Decay | None = field(default=None, kw_only=True)

    def at(self, epoch: int) -> Self:
        """Return the optimiser of one epoch, counted from 1."""
        if self.decay is None:
            return self
        return replace(self, learning_rate=self.learning_rate * self.decay.factor(epoch), decay=None)

    @property
    def in_place(self) -> bool:
        """Whether ``-learning_rate * gradient`` may be added to the weights as it arises, without a buffer."""
        return not self.slots

    @abstractmethod
    def step(
        self,
        weights: NDArray[np.float32],
        gradient: NDArray[np.float32],
        state: dict[str, NDArray[np.float32]],
        step: int,
    ) -> None:
        """Change the weights in place and set the gradient to zero; ``step`` counts from 1."""


def _check(optimizer: Optimizer, **valid: tuple[float, float]) -> None:
    for name, (low, high) in valid.items():
        value = getattr(optimizer, name)
        if not (math.isfinite(value) and low <= value < high):
            raise ValueError(
                f"{type(optimizer).__name__}: {name} = {value} is not valid; it must be in [{low:g}, {high:g})."
            )


@dataclass(frozen=True)
class SGD(Optimizer):
    """Plain gradient descent, ``w -= learning_rate * gradient``.

    Parameters
    ----------
    learning_rate : float
        nA per (ms/nA); depends on the unit of time, see the documentation of the published settings.
    decay : Decay, optional
        How the learning rate falls over the epochs.
    """

    name: ClassVar[str] = "sgd"
    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = 2e-5

    def __post_init__(self) -> None:
        _check(self, learning_rate=(0.0, math.inf))

    def step(
        self,
        weights: NDArray[np.float32],
        gradient: NDArray[np.float32],
        state: dict[str, NDArray[np.float32]],
        step: int,
    ) -> None:
        """Descend along the gradient."""
        weights -= np.float32(self.learning_rate) * gradient
        gradient[...] = 0


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma & Ba, arXiv:1412.6980).

    Parameters
    ----------
    learning_rate : float
        Step size in nA.
    beta1, beta2 : float
        Decay of the running mean and of the running mean square.
    epsilon : float
        Added to the root of the mean square; in units of the gradient. Not 0: a synapse whose input never fires has a
        mean square of 0.
    decay : Decay, optional
        How the learning rate falls over the epochs.
    """

    name: ClassVar[str] = "adam"
    slots: ClassVar[tuple[str, ...]] = ("mean", "square")
    kernels: ClassVar[tuple[Any, ...]] = (_adam,)

    learning_rate: float = 3e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check(
            self, learning_rate=(0.0, math.inf), beta1=(0.0, 1.0), beta2=(0.0, 1.0), epsilon=(_LEAST_EPSILON, math.inf)
        )

    def step(
        self,
        weights: NDArray[np.float32],
        gradient: NDArray[np.float32],
        state: dict[str, NDArray[np.float32]],
        step: int,
    ) -> None:
        """Take one step; ``rate m/(1 - b1^t) / (sqrt(s/(1 - b2^t)) + eps)`` with the corrections moved out."""
        root = math.sqrt(1.0 - self.beta2**step)
        _adam(
            weights.reshape(-1),
            gradient.reshape(-1),
            state["mean"].reshape(-1),
            state["square"].reshape(-1),
            np.float32(self.learning_rate * root / (1.0 - self.beta1**step)),
            np.float32(self.beta1),
            np.float32(self.beta2),
            np.float32(1.0 - self.beta1),
            np.float32(1.0 - self.beta2),
            np.float32(self.epsilon * root),
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {optimizer.name: optimizer for optimizer in (SGD, Adam)}
"""Name of each optimiser in configurations and at the command line."""
