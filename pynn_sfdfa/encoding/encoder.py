"""What an encoder is: settings, called with values and labels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.support.settings import Named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Encoder"]


@dataclass(frozen=True)
class Encoder(Named, ABC):
    """A pure function from values to spike trains; subclasses are frozen dataclasses of its settings.

    Pixel (row, column) of an image becomes input unit ``row * width + column``.
    """

    takes_spikes: ClassVar[bool] = False
    """Whether it takes spike trains as they are, and no values."""
    remedy: ClassVar[str] = "take less data"
    """What makes fewer spikes."""

    @abstractmethod
    def __call__(self, values: ArrayLike, labels: ArrayLike) -> SpikeTrains:
        """Encode values of shape (n, units) or (n, height, width).

        Parameters
        ----------
        values : array
        labels : integer array, shape (n,)

        Returns
        -------
        SpikeTrains
            Sorted by time, then unit, within a sample.

        Raises
        ------
        ValueError
            If a value cannot be encoded; the message names sample, unit and value.
        """

    def n_units(self, n_values: int) -> int:
        """Return how many input units samples of so many values become."""
        return n_values

    @abstractmethod
    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return about how many spikes each sample becomes, shape (n,); values have shape (n, units)."""
