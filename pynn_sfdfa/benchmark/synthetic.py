"""Images for benchmarks where MNIST is absent: as many bright and grey pixels, ten classes that can be learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from pynn_sfdfa.datasets import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["synthetic_images"]

_SIDE, _CLASSES = 28, 10
_MARGIN = 4  # pixels around a digit that are nearly always black
_LARGEST_SHIFT = 2
_NON_ZERO = 150.2  # pixels of an image, the mean of MNIST's first 10,000
_SPREAD = 41.5  # their standard deviation
_BRIGHT = 0.55  # the level, as a part of the brightest, from which brightness no longer rises
_STEP = 4  # of brightness: in MNIST too, several pixels share a grey


def synthetic_images(n: int, seed: int) -> Samples:
    """Draw images of ten classes with about the statistics of MNIST.

    Each class is one smooth random pattern; an image is its class's pattern, moved by up to two pixels, with smooth
    noise. The brightest pixels are kept, as many as in MNIST, and their brightness rises from 1 to 255, so that an
    image has about 150 input spikes at about 60 different times (MNIST: 67).

    Parameters
    ----------
    n : int
        Images to draw.
    seed : int
        The patterns are the same for all seeds.

    Returns
    -------
    Samples
        Values uint8, shape (n, 28, 28).
    """
    patterns = _smooth(np.random.default_rng(0), _CLASSES, 2.0)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    labels = rng.integers(0, _CLASSES, n)
    heights = patterns[labels] + 0.4 * _smooth(rng, n, 1.5)
    heights -= 10.0 * _border()
    kept = np.clip(rng.normal(_NON_ZERO, _SPREAD, n), 30, 300).astype(np.int64)
    shifts = rng.integers(-_LARGEST_SHIFT, _LARGEST_SHIFT + 1, (n, 2))
    values = np.stack(
        [
            np.roll(_expose(height, count), tuple(shift), axis=(0, 1))
            for height, count, shift in zip(heights, kept, shifts, strict=True)
        ]
    )
    return Samples(values, labels)


def _smooth(rng: np.random.Generator, n: int, width: float) -> NDArray[np.float64]:
    noise = gaussian_filter(rng.standard_normal((n, _SIDE, _SIDE)), (0, width, width))
    return np.asarray(noise / noise.std())


def _border() -> NDArray[np.bool_]:
    inside = np.zeros((_SIDE, _SIDE), bool)
    inside[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = True
    return ~inside


def _expose(height: NDArray[np.float64], count: int) -> NDArray[np.uint8]:
    """Make the ``count`` highest pixels grey to white and the others black."""
    rank = np.empty(height.size, np.int64)
    rank[np.argsort(-height, axis=None)] = np.arange(height.size)
    level = (1.0 - rank / count) / _BRIGHT
    brightness = np.clip(255.0 * level, 1.0, 255.0).astype(np.int64) // _STEP * _STEP + _STEP - 1
    return np.where(rank < count, brightness, 0).astype(np.uint8).reshape(height.shape)
