"""The weights of a network, which are arrays that anybody may change or replace, looked at before they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.support.limits import LARGEST_WEIGHT
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.network.layers import Layer

__all__ = ["check_weights"]


def check_weights(given: Sequence[Any], layers: Sequence[Layer]) -> None:
    """Raise ValueError unless each layer has an array of its shape, of numbers that simulators can compute with."""
    shapes = [layer.connectivity.sites(layer.input_shape).weight_shape for layer in layers]
    if len(given) != len(shapes):
        raise ValueError(f"network.weights has {len(given)} arrays; give one for each of {len(shapes)} layers.")
    for k, (weights, shape) in enumerate(zip(given, shapes, strict=True)):
        if not isinstance(weights, np.ndarray) or weights.shape != shape:
            found = f"has the shape {weights.shape}" if isinstance(weights, np.ndarray) else f"is {quoted(weights)}"
            raise ValueError(f"network.weights[{k}] {found}; give an array of shape {shape}.")
        wrong = int(np.count_nonzero(~(np.abs(weights) <= LARGEST_WEIGHT)))  # NaN is not <= either
        if wrong:
            raise ValueError(
                f"{wrong} of {weights.size} network.weights[{k}] are not finite or beyond {LARGEST_WEIGHT:g} nA. If a "
                "training left them so, start from a new network, or from a checkpoint: pynn_sfdfa.load(...).network."
            )
