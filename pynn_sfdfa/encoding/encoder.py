"""What an encoder is: settings, called with values and labels."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

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

    takes: ClassVar[Literal["values", "spikes", "sound", "events"]] = "values"
    """What it takes: arrays of values, spike trains as they are, or recordings of a kind (`Recordings`)."""
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

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values as (n, units) and labels; ValueError if they cannot be encoded.

        What is encoded when it is shown is checked before, by this.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no method check, which EncodedWhenShown needs.")

    def draw(
        self, values: NDArray[Any], labels: NDArray[np.int64], numbers: NDArray[np.int64], presentation: int
    ) -> SpikeTrains:
        """Encode some samples, whose values have been checked.

        Parameters
        ----------
        values : array, shape (n, units)
        labels : int64, shape (n,)
        numbers : int64, shape (n,)
            Which samples of their data set these are, for encoders that draw at random.
        presentation : int
            How often they have been shown before, where every presentation is drawn anew.
        """
        return self(values, labels)

    @property
    def latest(self) -> float:
        """When the last spike may come, in ms; infinite where that is not known before samples are encoded."""
        return math.inf

    def n_units(self, n_values: int) -> int:
        """Return how many input units samples of so many values become."""
        return n_values

    @abstractmethod
    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return about how many spikes each sample becomes, shape (n,); values have shape (n, units)."""
