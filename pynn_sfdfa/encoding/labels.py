"""How labels of other forms become integers, one a sample: said where they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["remedy"]


def remedy(labels: NDArray[Any]) -> str:
    """Return what makes integers, one a sample, of labels that are none; a sentence."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return "They are one column: take labels.ravel()."
    if labels.ndim == 2 and labels.dtype.kind in "buif" and _is_one_hot(labels):
        return "They are one-hot: take labels.argmax(axis=1)."
    if labels.ndim == 1 and labels.dtype.kind in "SU":
        return (
            "They are text: number the classes, alike in all splits, with classes = numpy.unique(training_labels) and "
            "numpy.searchsorted(classes, labels)."
        )
    return "Convert them, e.g. with labels.astype(int)." if labels.ndim == 1 else "Give one integer a sample."


def _is_one_hot(labels: NDArray[Any]) -> bool:
    return bool(((labels == 0) | (labels == 1)).all() and (np.count_nonzero(labels, axis=1) == 1).all())
