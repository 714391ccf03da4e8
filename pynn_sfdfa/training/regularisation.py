"""Regularisation of weights: what keeps those of a neuron small, whatever the rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.support.arrays import flat_rows
from pynn_sfdfa.support.settings import NotNegative, Positive, Settings, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WeightRegularisation"]


@cache
def _regularise() -> Any:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.training._regularise import regularise

    return regularise


@dataclass(frozen=True)
class WeightRegularisation(Settings):
    """Adds ``strength beta (w/scale) exp(beta (mean of (w/scale)^2 - 1))`` to the gradient of every weight.

    The mean is over the weights of one neuron, from all units below (docs/algorithm.md, section 10).

    Parameters
    ----------
    strength : float
        In the unit of the gradient: 1/nA times that of the error for potentials, ms/nA times it for spike times.
    beta : float
        How fast it grows with the weights.
    scale : float
        In nA: weights of this size are large.
    """

    strength: Annotated[NotNegative, doc("in the unit of the gradient")] = 10.0
    beta: Annotated[Positive, doc("how fast it grows with the weights")] = 0.04
    scale: Annotated[Positive, doc("nA; weights of this size are large")] = 8.0

    @property
    def needs(self) -> frozenset[Need]:
        """What a simulator must offer."""
        return frozenset({Need.OWN_TERMS})

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The compiled functions that it calls."""
        return (_regularise(),)

    def add(self, weights: NDArray[np.float32], gradient: NDArray[np.float32], rate: float = 1.0) -> None:
        """Add it, times a rate, to the gradient of some neurons.

        Parameters
        ----------
        weights : float32, shape (n_pre, neurons)
            Neighbouring columns of an array in which the numbers of a row follow one another.
        gradient : float32, shape (n_pre, neurons)
            The same. Changed in place; may be the weights, at minus a learning rate.
        rate : float
            1, or minus a learning rate (nA per unit of the gradient).
        """
        constants = (rate * self.strength * self.beta / self.scale, self.beta, self.scale)
        factors = np.empty(weights.shape[1], np.float32)
        read, written = flat_rows(weights), flat_rows(gradient)
        memory = (read.numbers, read.apart, written.numbers, written.apart)
        _regularise()(*memory, *map(np.float32, constants), factors)
