"""What encoders of recordings are: each recording becomes spikes by itself, once."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["OfRecordings"]


@dataclass(frozen=True)
class OfRecordings(Encoder):
    """An encoder of sounds or events; its spikes depend on its settings and the recording alone.

    Encoding takes longer than reading the spikes again, so that data sets keep them on disk: see
    `pynn_sfdfa.datasets.kept`.
    """

    version: ClassVar[str] = "1"
    """Of the spikes that it makes: another one for other spikes of the same recording by the same settings."""

    @abstractmethod
    def n_units_of(self, shape: tuple[int, ...]) -> int:
        """Return how many input units recordings become that have the shape of their `Recordings`."""

    @abstractmethod
    def spikes(self, recording: Any, shape: tuple[int, ...] = ()) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the times (ms) and units of one recording's spikes, by time and then by unit.

        Parameters
        ----------
        recording : Sound, Events or other
            Of the kind that the encoder takes.
        shape : tuple of int
            That of its `Recordings`.
        """

    def __call__(
        self, values: Recordings | ArrayLike, labels: ArrayLike, tell: Callable[[int], object] = lambda done: None
    ) -> SpikeTrains:
        """Encode recordings.

        Parameters
        ----------
        values : Recordings
            Of the kind that the encoder takes.
        labels : integer array, shape (n,)
        tell : callable, optional
            Told after each recording how many are done.

        Raises
        ------
        ValueError
            If they are of another kind, or cannot be encoded; the message says which.
        """
        if not isinstance(values, Recordings) or values.kind != self.takes:
            what = f"recordings of {values.kind}" if isinstance(values, Recordings) else "values"
            raise ValueError(f"the encoder {self.name} takes {self.takes}, and these are {what}.")
        n_units, times, units = self.n_units_of(values.shape), [np.empty(0, np.float32)], [np.empty(0, np.int32)]
        for index, recording in enumerate(values):
            try:
                time, unit = self.spikes(recording, values.shape)
            except ValueError as error:
                raise ValueError(f"sample {index}: {short(str(error), 300)}") from None
            times.append(time)
            units.append(unit)
            tell(index + 1)
        offsets = np.cumsum([time.size for time in times], dtype=np.int64)
        all_times = np.concatenate(times)
        times.clear()  # so that no two copies of everything are alive at once
        return SpikeTrains(all_times, np.concatenate(units), offsets, np.asarray(labels), n_units)

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return that values, of which there are none, have no spikes: recordings are counted when encoded."""
        return np.zeros(len(values))
