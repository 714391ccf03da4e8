"""What a loss is: what is to become small, as a function of the spikes of the output neurons."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.support.settings import Computing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need

__all__ = ["Loss"]


@dataclass(frozen=True)
class Loss(Computing, ABC):
    """What is to become small; a small immutable object."""

    @property
    def needs(self) -> frozenset[Need]:
        """What a simulator must offer to learn from it."""
        return frozenset()

    @abstractmethod
    def targets(self, labels: NDArray[np.int64], n_out: int) -> NDArray[np.float32]:
        """Return the target count of every output neuron in every trial, shape (trials, n_out)."""

    @abstractmethod
    def error(self, counts: NDArray[np.int32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return -dL/dn of every output neuron in every trial, shape (trials, n_out)."""

    @abstractmethod
    def loss(self, error: NDArray[np.float32]) -> float:
        """Return the loss of trials with these errors, summed over them."""
