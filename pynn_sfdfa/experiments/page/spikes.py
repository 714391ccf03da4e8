"""Spikes as pages hold them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_SPIKES", "LayerEvents", "packed"]

MOST_SPIKES = 60_000
"""Spikes of a page, about six bytes each in it."""
_FINEST = 65_535


@dataclass(frozen=True, eq=False)
class LayerEvents:
    """The spikes of a layer in several trials, ordered by trial and time.

    Attributes
    ----------
    trials, units : int64, shape (spikes,)
    times : float32, shape (spikes,)
        ms from the start of the trial.
    name : str
    size : int
        Units.
    """

    trials: NDArray[np.int64]
    units: NDArray[np.int64]
    times: NDArray[np.float32]
    name: str
    size: int


def packed(layer: LayerEvents, n: int, duration: float) -> dict[str, Any]:
    """Return the spikes of the first n trials: times in 65535ths of the trial, units; little-endian, in base 64."""
    kept = layer.trials < n
    steps = np.round(layer.times[kept] / duration * _FINEST)
    wide = layer.size > _FINEST
    return {
        "name": layer.name,
        "size": layer.size,
        "wide": wide,
        "offsets": np.searchsorted(layer.trials[kept], np.arange(n + 1)).tolist(),
        "times": base64.b64encode(steps.astype("<u2").tobytes()).decode(),
        "units": base64.b64encode(layer.units[kept].astype("<u4" if wide else "<u2").tobytes()).decode(),
    }
