"""What encoders are whose spikes are drawn when samples are shown, and samples that wait for that."""

from __future__ import annotations

import copy
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.spikes import SpikeTrains, chosen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Drawn", "EncodedWhenShown"]


@dataclass(frozen=True)
class Drawn(Encoder):
    """An encoder whose spikes are drawn at random, as a pure function of its settings, the sample's number and values.

    They are so many, or so different at every presentation, that they are drawn when a sample is shown, and not kept:
    see `EncodedWhenShown`. Called, it draws presentation 0 of all samples at once.
    """

    @abstractmethod
    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values as (n, units) and labels; ValueError if they cannot be encoded."""

    @abstractmethod
    def draw(
        self, values: NDArray[Any], labels: NDArray[np.int64], numbers: NDArray[np.int64], presentation: int
    ) -> SpikeTrains:
        """Draw the spikes of some samples, whose values have been checked.

        Parameters
        ----------
        values : array, shape (n, units)
        labels : int64, shape (n,)
        numbers : int64, shape (n,)
            Which samples of their data set these are.
        presentation : int
            How often they have been shown before, where every presentation is drawn anew.
        """

    @property
    @abstractmethod
    def latest(self) -> float:
        """When the last spike may come, in ms."""

    def __call__(self, values: ArrayLike, labels: ArrayLike) -> SpikeTrains:
        """Encode images; see `Encoder`."""
        samples = EncodedWhenShown(self, values, labels)
        return samples.shown(np.arange(len(samples)), 0)[0]


class EncodedWhenShown:
    """Samples that become spikes when they are shown, a batch at a time: a `Presentations`, as `SpikeTrains` are.

    A network is trained, evaluated and so on with them as with spike trains, and only the spikes of one batch take
    memory: ``Trainer.fit(EncodedWhenShown(PoissonGrid(duration=400.0, redraw=True), images, labels))``.

    Parameters
    ----------
    encoder : Drawn
    values : array, shape (n, units) or (n, height, width)
        Not copied.
    labels : integer array, shape (n,)

    Attributes
    ----------
    labels : int64, shape (n,)
    n_units : int
        Number of input neurons.

    Raises
    ------
    ValueError
        If a value cannot be encoded; the message names sample, unit and value.
    """

    def __init__(self, encoder: Drawn, values: ArrayLike, labels: ArrayLike) -> None:
        self.encoder = encoder
        self._values, classes = encoder.check(values, labels)
        self._numbers = np.arange(len(classes))
        # Trains without spikes check number of units and labels, and convert them, as those with spikes do.
        none, n_units = np.zeros(len(classes) + 1, np.int64), encoder.n_units(self._values.shape[1])
        silent = SpikeTrains(np.empty(0, np.float32), np.empty(0, np.int32), none, classes, n_units)
        self.labels, self.n_units = silent.labels, silent.n_units

    def __len__(self) -> int:
        return self._numbers.size

    def shown(self, samples: NDArray[np.int64], presentation: int) -> tuple[SpikeTrains, NDArray[np.int64]]:
        """Encode these samples; see `Presentations`."""
        numbers = self._numbers[samples]
        trains = self.encoder.draw(self._values[numbers], self.labels[samples], numbers, presentation)
        return trains, np.arange(numbers.size)

    def select(self, indices: ArrayLike) -> EncodedWhenShown:
        """Return the samples at ``indices``, in that order, with the spikes that they have among all."""
        samples = chosen(indices, len(self))
        part = copy.copy(self)
        part._numbers, part.labels = self._numbers[samples], self.labels[samples]
        return part

    def check_within(self, trial_duration: float) -> None:
        """Check that every spike that may be drawn falls into a trial; see `Presentations`."""
        if not self.encoder.latest < trial_duration:
            raise ValueError(
                f"trial_duration ({trial_duration} ms) must exceed every spike time; the encoder "
                f"{self.encoder.name} draws spikes until {self.encoder.latest:g} ms."
            )
