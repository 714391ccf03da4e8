"""The loss of a trial, from the spike counts of the output neurons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, doc
from pynn_sfdfa.training.losses.loss import Loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SpikeCount"]


@cache
def _count_error() -> Any:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.training.losses._count_error import count_error

    return count_error


@dataclass(frozen=True)
class SpikeCount(Loss):
    """``1/2 sum_o (target_o - n_o)^2`` with one target for the label's neuron and another for the others.

    Differences within the margin count as none.

    Parameters
    ----------
    target, other : float
        Spikes per trial of the label's neuron and of the others; ``target > other >= 0``.
    margin : float
        Spikes by which a count may miss its target without an error.
    """

    name: ClassVar[str] = "spike-count"

    target: Annotated[NotNegative, doc("spikes of the output neuron of the label")] = 15.0
    other: Annotated[NotNegative, doc("spikes of the other output neurons")] = 3.0
    margin: Annotated[
        NotNegative, MayBeLeftOut(), doc("spikes by which a count may miss its target without an error")
    ] = 0.0

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that the target is not more than the other, if it is not."""
        if values.target > values.other:
            return None
        return f"target = {values.target:g} spikes must be more than other = {values.other:g}"

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The error."""
        return (_count_error(),)

    @property
    def needs(self) -> frozenset[Need]:
        """Simulators whose output neurons compare their counts with targets know no margin."""
        return frozenset({Need.OWN_LOSS}) if self.margin > 0 else frozenset()

    def targets(self, labels: NDArray[np.int64], n_out: int) -> NDArray[np.float32]:
        """Return the target count of every output neuron in every trial, shape (trials, n_out)."""
        targets = np.full((labels.size, n_out), self.other, np.float32)
        targets[np.arange(labels.size), labels] = self.target
        return targets

    def error(self, counts: NDArray[np.int32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ``e_o = target_o - n_o``, 0 within the margin, shape (trials, n_out)."""
        error = np.empty(counts.shape, np.float32)
        target, other, margin = np.float32(self.target), np.float32(self.other), np.float32(self.margin)
        _count_error()(counts, labels, target, other, margin, error)
        return error

    def loss(self, error: NDArray[np.float32]) -> float:
        """Return the loss summed over the trials."""
        return 0.5 * float(np.square(error, dtype=np.float64).sum())
