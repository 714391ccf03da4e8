"""The two kinds of feedback weights: from the output to every hidden layer, or from each layer to the one below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["direct_feedback", "has_layer_feedback", "is_layer_feedback", "layer_feedback"]


def direct_feedback(sizes: Sequence[int]) -> list[NDArray[np.float32]]:
    """Return zeros of shape (n_out, n_hidden) for each hidden layer; sizes are those of the input and all layers."""
    return [np.zeros((sizes[-1], n), np.float32) for n in sizes[1:-1]]


def layer_feedback(sizes: Sequence[int]) -> list[NDArray[np.float32]]:
    """Return zeros of shape (n_next, n_hidden) for each hidden layer."""
    return [np.zeros((above, n), np.float32) for n, above in zip(sizes[1:-1], sizes[2:], strict=True)]


def is_layer_feedback(feedback: Sequence[NDArray[np.generic]], sizes: Sequence[int]) -> bool:
    """Return whether feedback has the shapes of `layer_feedback`, and not those of `direct_feedback` as well."""
    shapes = [array.shape for array in feedback]
    return shapes == [f.shape for f in layer_feedback(sizes)] != [f.shape for f in direct_feedback(sizes)]


def has_layer_feedback(arrays: Mapping[str, NDArray[np.generic]], sizes: Sequence[int]) -> bool:
    """Return the same of the arrays ``feedback.K`` among others; not if one is missing."""
    names = [f"feedback.{k}" for k in range(len(sizes) - 2)]
    return all(name in arrays for name in names) and is_layer_feedback([arrays[name] for name in names], sizes)
