"""Figures of merit, computed from counts and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Evaluation", "confusion_matrix", "feedback_alignment", "predict"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a network does on a set of samples, without learning.

    Attributes
    ----------
    accuracy : float
        Fraction of samples whose label's neuron has the most spikes.
    loss : float
        Mean over the samples.
    confusion : int64, shape (n_classes, n_classes)
        Rows: label; columns: prediction.
    counts : int32, shape (n_samples, n_out)
    spikes_per_sample : tuple of float
        Mean number of spikes of each layer.
    """

    accuracy: float
    loss: float
    confusion: NDArray[np.int64]
    counts: NDArray[np.int32]
    spikes_per_sample: tuple[float, ...]


def predict(counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the output neuron with the most spikes, the first of several; shape (n_samples,)."""
    winners: NDArray[np.int64] = counts.argmax(axis=1)
    return winners


def confusion_matrix(labels: NDArray[np.int64], predictions: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Return how often each label (row) was predicted as each class (column)."""
    flat = np.bincount(labels * n_classes + predictions, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes)


def feedback_alignment(
    weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]]
) -> tuple[float, ...]:
    """Return, per hidden layer, the cosine between its feedback and the product of the forward weights above it.

    Parameters
    ----------
    weights : sequence of arrays, shape (n_pre, n_post)
        From the input upwards.
    feedback : sequence of arrays, shape (n_out, n_hidden)
        One per hidden layer; the cosine of zero feedback is 0.
    """
    cosines = []
    for layer, estimate in enumerate(feedback):
        path = reduce(np.matmul, [w.astype(np.float64) for w in weights[layer + 1 :]])
        norm = float(np.linalg.norm(path) * np.linalg.norm(estimate))
        cosines.append(float((path * estimate.T).sum()) / norm if norm > 0 else 0.0)
    return tuple(cosines)
