"""Any set of images as a simulated event camera sees it, moved by the saccades of N-MNIST."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.encoding.events import EventRecordings, Events
from pynn_sfdfa.encoding.saccades import Saccades

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.datasets.source import DownloadProgress
    from pynn_sfdfa.encoding.recordings import Recordings
    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Saccaded", "SimulatedEvents"]

_VERSION = 1
"""Of the simulation: another one for other events of the same image and settings."""


class SimulatedEvents(EventRecordings):
    """What a simulated camera sees of images: made when it is asked for, always the same.

    Parameters
    ----------
    samples : Samples
        Images, of shape (n, height, width).
    brightest : float
        The value of white.
    saccades : Saccades
    """

    def __init__(self, samples: Samples, brightest: float, saccades: Saccades) -> None:
        self.labels = np.asarray(samples.labels, np.int64)
        self._images, self._brightest, self._saccades = samples.values, brightest, saccades

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width of the sensor in pixels."""
        return self._saccades.sensor(*self._images.shape[1:])

    def fingerprint(self) -> str:
        """Return the SHA-256 of the images, and the settings of the camera."""
        images = np.ascontiguousarray(self._images)
        content = hashlib.sha256(f"{images.dtype} {images.shape}".encode())
        content.update(images.data)
        return f"{content.hexdigest()} {self._brightest} {self._saccades} {_VERSION}"

    def recording(self, index: int) -> Events:
        """Return what is seen of one image."""
        return self._saccades.events(self._images[index] / self._brightest, index)


@dataclass(frozen=True)
class Saccaded(Source):
    """The events of a simulated camera before which each image of a data set moves; see `Saccades`.

    Attributes
    ----------
    images : Source
        A data set of images whose black is 0; white is the largest value of its training samples.
    saccades : Saccades
    """

    images: Source
    saccades: Saccades = Saccades()

    def leaving_out(self, part: str) -> Saccaded:
        """Return the events of the images without a part of them."""
        return Saccaded(self.images.leaving_out(part), self.saccades)

    def locate(self, data: Path | None) -> str:
        """Return where the images are."""
        return self.images.locate(data)

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the events, which are simulated when they are asked for."""
        found = self.images.load(data, download=download, progress=progress)
        if found.image_shape is None or not isinstance(found.train, Samples):
            raise DatasetError(f"{found.source} holds no images, which alone can be moved by saccades.")
        brightest = float(found.train.values.max())
        if not brightest > 0 or found.train.values.min() < 0:
            raise DatasetError(f"{found.source} holds no images whose black is 0; rescale them.")

        def seen(part: Samples | Recordings | SpikeTrains) -> SimulatedEvents:
            assert isinstance(part, Samples)  # as all splits are alike
            return SimulatedEvents(part, brightest, self.saccades)

        return Dataset(
            name=f"saccades:{found.name}",
            train=seen(found.train),
            test=seen(found.test),
            validation=None if found.validation is None else seen(found.validation),
            n_classes=found.n_classes,
            source=f"{found.source}, simulated events",
            classes=found.classes,
        )
