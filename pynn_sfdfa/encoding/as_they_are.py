"""Data that are spikes already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.spikes import SpikeTrains

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["AsTheyAre"]


@dataclass(frozen=True, kw_only=True)
class AsTheyAre(Encoder):
    """Spike trains stay as they are."""

    name: ClassVar[str] = "none"
    takes = "spikes"

    def __call__(self, values: ArrayLike | SpikeTrains, labels: ArrayLike) -> SpikeTrains:
        """Return the spike trains; ValueError if they are none, or have other labels."""
        if not isinstance(values, SpikeTrains):
            raise ValueError("these are values, not spikes; encode them")
        if not np.array_equal(values.labels, labels):
            raise ValueError("the labels are not those of the spike trains")
        return values

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return that values, of which there are none, have no spikes."""
        return np.zeros(len(values))
