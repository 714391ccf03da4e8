"""The two kinds of feedback weights: from the output to every hidden layer, or from each layer to the one below it.

Neurons that see a part of the layer below share feedback as they share weights, so that it has their number, turned
round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.network.layers import Layer

__all__ = ["feedback_shapes", "has_layer_feedback", "is_layer_feedback", "zeros"]


def feedback_shapes(layers: Sequence[Layer], layer_wise: bool) -> list[tuple[int, int]]:
    """Return the shape of the feedback of each hidden layer: (n_out, n_hidden), or that from the next layer."""
    if layer_wise:
        return [layer.connectivity.feedback_shape(layer.input_shape) for layer in layers[1:]]
    return [(layers[-1].size, layer.size) for layer in layers[:-1]]


def zeros(layers: Sequence[Layer], layer_wise: bool = False) -> list[NDArray[np.float32]]:
    """Return zeros of these shapes."""
    return [np.zeros(shape, np.float32) for shape in feedback_shapes(layers, layer_wise)]


def is_layer_feedback(feedback: Sequence[NDArray[np.generic]], layers: Sequence[Layer]) -> bool:
    """Return whether feedback has the shapes of feedback from layer to layer, and not those of the other kind."""
    shapes = [array.shape for array in feedback]
    direct = feedback_shapes(layers, layer_wise=False)
    return shapes != direct and shapes == feedback_shapes(layers, layer_wise=True)


def has_layer_feedback(arrays: Mapping[str, NDArray[np.generic]], layers: Sequence[Layer]) -> bool:
    """Return the same of the arrays ``feedback.K`` among others; not if one is missing."""
    names = [f"feedback.{k}" for k in range(len(layers) - 1)]
    return all(name in arrays for name in names) and is_layer_feedback([arrays[name] for name in names], layers)
