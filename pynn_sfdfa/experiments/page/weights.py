"""Weights as pictures: what each neuron of a layer sees, in steps of 1/127 of the largest weight."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network

__all__ = ["content"]

_MOST_PICTURES = 48
_MOST_BYTES = 65_536  # of a layer
_BINS = 41


def content(network: Network, image: tuple[int, int] | None) -> list[dict[str, Any]]:
    """Return, for each layer, pictures of its neurons with the largest weights, and how its weights are spread.

    Parameters
    ----------
    network : Network
    image : tuple of int, optional
        Height and width of the samples, if they are images whose pixels are the input units.
    """
    pairs = zip(network.layers, network.weights, strict=True)
    return [_layer(layer, weights, image if k == 0 else None) for k, (layer, weights) in enumerate(pairs)]


def _planes(layer: Layer, rows: int, image: tuple[int, int] | None) -> tuple[int, int, int]:
    """Return channels, height and width of what a neuron sees, so many units in rows; a line where it is no image."""
    below = layer.input_shape
    if len(below) == 3:
        channels, height, width = below
        if channels * height * width == rows:
            return channels, height, width
        kernel = getattr(layer.connectivity, "kernel", None)  # of layers with windows on all channels
        if kernel is not None and channels * kernel[0] * kernel[1] == rows:
            return channels, kernel[0], kernel[1]
        side = round((rows / channels) ** 0.5)
        if channels * side * side == rows:
            return channels, side, side
    if image is not None and image[0] * image[1] == rows:
        return 1, *image
    return 1, 1, rows


def _layer(layer: Layer, weights: NDArray[np.float32], image: tuple[int, int] | None) -> dict[str, Any]:
    weights = layer.connectivity.of_below(weights)
    rows = weights.shape[-2]
    seen = np.moveaxis(weights, -1, -2).reshape(-1, rows)  # one line for each neuron, or filter
    n = max(1, min(_MOST_PICTURES, _MOST_BYTES // rows, len(seen)))
    strongest = np.sort(np.argsort(-np.abs(seen).sum(axis=1), kind="stable")[:n])
    channels, height, width = _planes(layer, rows, image)
    side_by_side = seen[strongest].reshape(n, channels, height, width).transpose(0, 2, 1, 3)
    largest = float(np.abs(weights).max())
    levels = np.round(side_by_side / (largest or 1.0) * 127).astype(np.int8)
    counts, _ = np.histogram(weights, bins=_BINS, range=(-(largest or 1.0), largest or 1.0))
    return {
        "name": layer.name,
        "of": len(seen),
        "numbers": strongest.tolist(),
        "height": height,
        "width": channels * width,
        "largest": float(f"{largest:.4g}"),
        "levels": base64.b64encode(levels.tobytes()).decode(),
        "counts": counts.tolist(),
    }
