"""What encoders are whose spikes are drawn when samples are shown, and samples that wait for that."""

from __future__ import annotations

import copy
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.augmentation import Augmentation
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.spikes import SpikeTrains, chosen
from pynn_sfdfa.support.given import check_given

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Drawn", "EncodedWhenShown"]

_BLOCK = 1000  # samples; the first of them that has spikes ends a search for some


@dataclass(frozen=True)
class Drawn(Encoder):
    """An encoder whose spikes are drawn at random, as a pure function of its settings, the sample's number and values.

    They are so many, or so different at every presentation, that they are drawn when a sample is shown, and not kept:
    see `EncodedWhenShown`. Called, it draws presentation 0 of all samples at once.
    """

    @abstractmethod
    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values and labels; see `Encoder.check`."""

    @abstractmethod
    def draw(
        self, values: NDArray[Any], labels: NDArray[np.int64], numbers: NDArray[np.int64], presentation: int
    ) -> SpikeTrains:
        """Draw the spikes of some samples; see `Encoder.draw`."""

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
    encoder : Encoder
    values : array, shape (n, units) or (n, height, width)
        Not copied.
    labels : integer array, shape (n,)
    augmentation : Augmentation, optional
        Distorts the images, of shape (n, height, width), before they are encoded: anew in every epoch of training, and
        not at all where nothing is learned, so that test samples need none.

    Attributes
    ----------
    labels : int64, shape (n,)
    n_units : int
        Number of input neurons.

    Raises
    ------
    TypeError
        If encoder or augmentation is a name or a class in the place of an instance.
    ValueError
        If a value cannot be encoded, the message names sample, unit and value; if values are no images, which alone
        can be distorted; or if the encoder takes no values.
    """

    def __init__(
        self, encoder: Encoder, values: ArrayLike, labels: ArrayLike, *, augmentation: Augmentation | None = None
    ) -> None:
        check_given("encoder", encoder, Encoder)
        if augmentation is not None:
            check_given("augmentation", augmentation, Augmentation)
        if encoder.takes != "values":
            raise ValueError(
                f"the encoder {encoder.name} takes {encoder.takes}, which need not be encoded when they are shown; "
                + ("hand them over as they are." if encoder.takes == "spikes" else "call it with them.")
            )
        self.encoder, self.augmentation, self._shape = encoder, augmentation, np.shape(values)[1:]
        if augmentation is not None and len(self._shape) != 2:
            raise ValueError(
                "augmentation distorts images, of shape (samples, height, width), but these values have the shape "
                f"{np.shape(values)}; reshape them if they are images, otherwise leave augmentation out."
            )
        self._values, classes = encoder.check(values, labels)
        self._numbers = np.arange(len(classes))
        # Trains without spikes check number of units and labels, and convert them, as those with spikes do.
        none, n_units = np.zeros(len(classes) + 1, np.int64), encoder.n_units(self._values.shape[1])
        silent = SpikeTrains(np.empty(0, np.float32), np.empty(0, np.int32), none, classes, n_units)
        self.labels, self.n_units = silent.labels, silent.n_units

    def __len__(self) -> int:
        return self._numbers.size

    @property
    def silent(self) -> bool:
        """Whether the encoder makes a spike of no sample; see `Presentations`."""
        blocks = np.array_split(self._numbers, max(1, -(-len(self) // _BLOCK)))
        return not any(self.encoder.n_spikes(self._values[numbers]).any() for numbers in blocks)

    def shown(self, samples: NDArray[np.int64], presentation: int) -> tuple[SpikeTrains, NDArray[np.int64]]:
        """Encode these samples; see `Presentations`."""
        numbers = self._numbers[samples]
        values = self._values[numbers]
        if self.augmentation is not None:
            images = values.reshape(numbers.size, *self._shape)
            values = self.augmentation.distorted(images, numbers, presentation).reshape(values.shape)
        trains = self.encoder.draw(values, self.labels[samples], numbers, presentation)
        return trains, np.arange(numbers.size)

    def select(self, indices: ArrayLike) -> EncodedWhenShown:
        """Return the samples at ``indices``, in that order, with the spikes that they have among all."""
        samples = chosen(indices, len(self))
        part = copy.copy(self)
        part._numbers, part.labels = self._numbers[samples], self.labels[samples]
        return part

    def check_within(self, trial_duration: float) -> None:
        """Check that every spike that there may be falls into a trial; see `Presentations`."""
        if self.encoder.latest == np.inf:
            raise ValueError(
                f"trial_duration ({trial_duration} ms) must exceed every spike time; when the last spike comes, the "
                f"encoder {self.encoder.name} does not say. Define its property latest."
            )
        if not self.encoder.latest < trial_duration:
            raise ValueError(
                f"trial_duration ({trial_duration} ms) must exceed every spike time; the encoder "
                f"{self.encoder.name} makes spikes until {self.encoder.latest:g} ms."
            )
