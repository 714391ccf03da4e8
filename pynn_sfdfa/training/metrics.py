"""Figures of merit, computed from counts and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.readouts import Readout
    from pynn_sfdfa.training.responses import Responses

__all__ = ["Evaluation", "confusion_matrix", "evaluation", "feedback_alignment", "sign_agreement"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a network does on a set of samples, without learning.

    Attributes
    ----------
    accuracy : float
        Fraction of samples for which the readout decides on the label.
    loss : float
        Mean over the samples.
    confusion : int64, shape (n_classes, n_classes)
        Rows: label; columns: prediction.
    predictions : int64, shape (n_samples,)
        The class that each sample is taken for.
    counts : int32, shape (n_samples, n_out)
    spikes_per_sample : tuple of float
        Mean number of spikes of each layer.
    """

    accuracy: float
    loss: float
    confusion: NDArray[np.int64]
    predictions: NDArray[np.int64]
    counts: NDArray[np.int32]
    spikes_per_sample: tuple[float, ...]

    def __repr__(self) -> str:
        spikes = " + ".join(f"{mean:.0f}" for mean in self.spikes_per_sample)
        accuracy = f"{100 * self.accuracy:.2f} % of {self.predictions.size:,} samples"
        return f"Evaluation({accuracy}, loss {self.loss:.3f}, spikes/sample {spikes})"


def evaluation(responses: Responses, labels: NDArray[np.int64], loss: Loss, readout: Readout) -> Evaluation:
    """Return how responses compare with the labels of their samples, shape (samples,)."""
    predictions = readout.decide(responses)
    n = max(1, labels.size)
    return Evaluation(
        accuracy=float((predictions == labels).sum()) / n,
        loss=loss.loss(loss.error(responses.counts, labels)) / n,
        confusion=confusion_matrix(labels, predictions, responses.counts.shape[1]),
        predictions=predictions,
        counts=responses.counts,
        spikes_per_sample=tuple(total / n for total in responses.spikes),
    )


def confusion_matrix(labels: NDArray[np.int64], predictions: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Return how often each label (row) was predicted as each class (column)."""
    flat = np.bincount(labels * n_classes + predictions, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes)


def feedback_alignment(
    weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]], layer_wise: bool = False
) -> tuple[float, ...]:
    """Return, per hidden layer, the cosine between its feedback and the product of the forward weights above it.

    Parameters
    ----------
    weights : sequence of arrays, shape (n_pre, n_post)
        From the input upwards, as `pynn_sfdfa.network.network.Network.paths` returns them.
    feedback : sequence of arrays, shape (n_out, n_hidden)
        One per hidden layer; the cosine of zero feedback is 0.
    layer_wise : bool
        Whether feedback comes from the next layer, shape (n_next, n_hidden), and so is to be like the weights to it.
    """
    if not any(estimate.any() for estimate in feedback):  # as of rules without: no paths through large layers
        return (0.0,) * len(feedback)
    cosines = []
    for path, estimate in zip(_paths(weights, layer_wise), feedback, strict=True):
        norm = float(np.linalg.norm(path) * np.linalg.norm(estimate))
        cosines.append(float((path * estimate.T).sum()) / norm if norm > 0 else 0.0)
    return tuple(cosines)


def sign_agreement(
    weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]], layer_wise: bool = False
) -> tuple[float, ...]:
    """Return, per hidden layer, the fraction of feedback weights with the sign of the forward path; as above.

    A feedback weight of 0 agrees with none.
    """
    agreeing = []
    for path, estimate in zip(_paths(weights, layer_wise), feedback, strict=True):
        agreeing.append(float((path * estimate.T > 0).mean()))
    return tuple(agreeing)


def _paths(weights: Sequence[NDArray[np.float32]], layer_wise: bool) -> list[NDArray[np.float64]]:
    """Return, per hidden layer, the weights to the next or the product of all above it, shape (n_hidden, n_above)."""
    exact = [w.astype(np.float64) for w in weights]
    if layer_wise:
        return exact[1:]
    if any(not isinstance(w, np.ndarray) for w in exact):  # sparse ones: from the output down, paths stay narrow
        top = exact[-1] if isinstance(exact[-1], np.ndarray) else exact[-1].toarray()
        down = list(accumulate(reversed(exact[1:-1]), lambda path, w: w @ path, initial=top))
        return down[::-1]
    return [reduce(np.matmul, exact[layer:]) for layer in range(1, len(exact))]
