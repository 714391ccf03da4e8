"""Images that move before an event camera as those of N-MNIST did: events without a camera.

G. Orchard, A. Jayawant, G. K. Cohen and N. Thakor, "Converting static image datasets to spiking neuromorphic datasets
using saccades", Frontiers in Neuroscience 9:437 (2015): three saccades of 105 ms along a triangle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Lt

from pynn_sfdfa.encoding.events import Events
from pynn_sfdfa.support.settings import NotNegative, Positive, Settings, doc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Saccades", "position"]

SACCADE = 105.0
"""ms that one of the three takes."""

_N_STEPS = 210
"""Of 1.5 ms: the three saccades."""

_MARGIN = 6
"""Pixels by which the sensor is larger than the image: 34 for 28."""

_CORNERS = np.array([[0.0, 0.0], [7.0, 3.5], [0.0, 7.0], [0.0, 0.0]])
"""Where the image is at the beginning and after each, in rows and columns of the sensor."""


def position(time: ArrayLike) -> NDArray[np.float64]:
    """Return where the image is at some times (ms) compared with the beginning, in rows and columns, shape (n, 2).

    It moves evenly within a saccade, which is how recordings are stabilised.
    """
    saccades = np.clip(np.asarray(time, np.float64) / SACCADE, 0.0, 3.0)
    return np.stack([np.interp(saccades, np.arange(4), axis) for axis in _CORNERS.T], axis=1)


@dataclass(frozen=True, kw_only=True)
class Saccades(Settings):
    """A model of the camera: pixels of a logarithmic sensor whose thresholds differ, and some that fire by themselves.

    The defaults are fitted to genuine recordings of the same images; what is made by them is no recording, and its
    figures are not those of N-MNIST.

    Parameters
    ----------
    amplitude : float
        By which the saccades are multiplied; 1 is 7 rows and 3.5 columns. Fitted by events, not by eye: it is less than
        what recordings are stabilised by.
    moving : float
        ms of the 105 of a saccade in which the image moves, slowly at first and at last.
    row, column : float
        Where the image's first pixel is on the sensor at the beginning.
    blur : float
        Pixels; the width of the Gaussian of the optics.
    dark : float
        Luminance of black, of which white has 1 more.
    threshold : float
        Mean change of the logarithm of luminance that is an event.
    mismatch : float
        Standard deviation of the thresholds of pixels, as a share of the mean.
    refractory : float
        ms.
    noise : float
        Hz; events of a pixel without any cause.
    seed : int
        0..2**32 - 1; of sensor and noise.
    """

    amplitude: Annotated[Positive, doc("of the saccades; 1 is 7 rows")] = 0.7
    moving: Annotated[Positive, doc("ms of a saccade")] = 88.0
    row: float = 1.4
    column: float = 0.0
    blur: Annotated[NotNegative, doc("pixels")] = 0.4
    dark: Annotated[Positive, doc("luminance of black")] = 0.11
    threshold: Annotated[Positive, doc("change of the logarithm of luminance")] = 0.38
    mismatch: Annotated[float, Ge(0), Lt(1)] = 0.2
    refractory: Annotated[NotNegative, doc("ms")] = 1.5
    noise: Annotated[NotNegative, doc("Hz")] = 0.2
    seed: Annotated[int, Ge(0), Lt(2**32)] = 0

    def sensor(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of the sensor that sees images of this size."""
        return height + _MARGIN, width + _MARGIN

    def events(self, image: NDArray[Any], number: int) -> Events:
        """Return what the camera sees of an image.

        Parameters
        ----------
        image : array, shape (height, width)
            0..1.
        number : int
            Which of a set it is: with the seed, it says which noise there is.
        """
        from scipy.ndimage import gaussian_filter  # loaded when they are first needed

        from pynn_sfdfa.encoding._saccades import watch

        sensor = self.sensor(*image.shape)
        seen = np.asarray(image, np.float64)
        blurred = np.ascontiguousarray(gaussian_filter(seen, self.blur) if self.blur else seen)
        thresholds, scratch, path = self._thresholds(sensor), np.empty((2, *sensor)), self._path()
        step, n, capacity = 1000.0 * SACCADE * 3 / _N_STEPS, 0, 8 * blurred.size
        while True:
            found = np.empty((capacity, 4), np.int64)
            n = watch(blurred, path, thresholds, step, self.dark, 1000.0 * self.refractory, *scratch, found)
            if n <= capacity:
                break
            capacity = n
        both = np.concatenate([found[:n], self._noise(sensor, number)])
        return Events(*both[np.argsort(both[:, 3], kind="stable")].T)

    def _path(self) -> NDArray[np.float64]:
        saccades = np.arange(_N_STEPS + 1) * 3 / _N_STEPS
        number = np.minimum(saccades.astype(int), 2)
        share = np.clip((saccades - number) * SACCADE / min(self.moving, SACCADE), 0, 1)
        way = (1 - np.cos(np.pi * share)) / 2
        at = _CORNERS[number] + (_CORNERS[number + 1] - _CORNERS[number]) * way[:, np.newaxis]
        path: NDArray[np.float64] = -np.array([self.row, self.column]) - self.amplitude * at
        return path

    def _thresholds(self, sensor: tuple[int, int]) -> NDArray[np.float64]:
        random = np.random.RandomState(self.seed)  # numpy keeps this stream frozen
        factors: NDArray[np.float64] = np.maximum(1 + self.mismatch * random.standard_normal(sensor), 0.3)
        return self.threshold * factors

    def _noise(self, sensor: tuple[int, int], number: int) -> NDArray[np.int64]:
        random = np.random.RandomState([self.seed, number])
        n = random.poisson(self.noise * 3 * SACCADE / 1000 * sensor[0] * sensor[1])
        most = (sensor[1], sensor[0], 2, int(3000 * SACCADE))
        return np.stack([random.randint(0, limit, n) for limit in most], axis=1)
