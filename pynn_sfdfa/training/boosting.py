"""Boosting: samples that were misclassified count more from then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.support.settings import NotNegative, Settings, doc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Boosting", "SampleWeights"]


@dataclass(frozen=True)
class Boosting(Settings):
    """Multiplies the weight of a sample by ``exp(gain E)`` at the end of each epoch in which it was misclassified.

    E is the error of its class in that epoch: the weights of its misclassified samples as a share of those of all. A
    weight starts at 1, multiplies the error of the output, and never falls (docs/algorithm.md, section 10). A sample is
    classified when it is learned, by the network of that moment.

    Parameters
    ----------
    gain : float
        1/20 was published.
    """

    gain: Annotated[NotNegative, doc("weights of misclassified samples grow by exp(gain times error of the class)")] = (
        0.05
    )

    @property
    def needs(self) -> frozenset[Need]:
        """What a simulator must offer."""
        return frozenset({Need.SAMPLE_WEIGHTS})

    def grown(
        self, weights: NDArray[np.float32], missed: NDArray[np.bool_], labels: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the weights after an epoch; all of shape (samples,)."""
        total = np.bincount(labels, weights)
        error = np.bincount(labels, weights * missed) / np.maximum(total, np.finfo(float).tiny)
        grown: NDArray[np.float32] = (weights * np.exp(self.gain * error[labels] * missed)).astype(np.float32)
        return grown


class SampleWeights:
    """The weights of the training samples, and which of them were misclassified in this epoch.

    Weights grow when the next epoch begins, so that the two are all there is to know within an epoch and between two.

    Parameters
    ----------
    boosting : Boosting
    """

    def __init__(self, boosting: Boosting) -> None:
        self._boosting = boosting
        self._weights = np.empty(0, np.float32)
        self._missed = np.empty(0, np.bool_)

    def begin(self, labels: NDArray[np.int64], whole_epoch: bool) -> None:
        """Prepare for samples with these labels, of which all are still to come if a whole epoch is.

        Raises
        ------
        ValueError
            If they are not as many as before.
        """
        if not self._weights.size:
            self._weights, self._missed = np.ones(labels.size, np.float32), np.zeros(labels.size, np.bool_)
        if self._weights.size != labels.size:
            raise ValueError(
                f"There are {labels.size} training samples, and boosting has weights for {self._weights.size}: it goes "
                "on with the samples that it began with. Give all of them, or make a new Trainer."
            )
        if whole_epoch:
            self._weights = self._boosting.grown(self._weights, self._missed, labels)
            self._missed[:] = False

    def of(self, samples: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weights of some samples."""
        return self._weights[samples]

    def classified(self, samples: NDArray[np.int64], correct: NDArray[np.bool_]) -> None:
        """Take note of which samples were classified correctly."""
        self._missed[samples] = ~correct

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return copies of both, by name; empty before the first epoch."""
        return {"boosting.weights": self._weights.copy(), "boosting.missed": self._missed.astype(np.uint8)}

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore what `state` returned; ValueError if it is not there or of two lengths."""
        found = [arrays.get(f"boosting.{name}") for name in ("weights", "missed")]
        if found[0] is None or found[1] is None or found[0].shape != found[1].shape or found[0].ndim != 1:
            shapes = [None if array is None else array.shape for array in found]
            raise ValueError(
                f"boosting.weights and boosting.missed must be there, of one length, not {shapes[0]} and {shapes[1]}."
            )
        self._weights, self._missed = found[0].astype(np.float32), found[1].astype(np.bool_)
