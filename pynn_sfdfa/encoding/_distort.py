"""How images are distorted, with SciPy, which is loaded with this file."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["elastic_field", "warped"]

_REACH = 4  # standard deviations, beyond which a Gaussian is cut off


@cache
def _gaussian(sigma: float) -> NDArray[np.float64]:
    reach = math.ceil(_REACH * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


@cache
def _places(height: int, width: int) -> NDArray[np.float64]:
    """Return row and column of each pixel, from the centre of the image; shape (2, height, width)."""
    centre = np.array([height - 1, width - 1]) / 2
    places: NDArray[np.float64] = np.indices((height, width)) - centre[:, None, None]
    return places


def elastic_field(noise: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Return noise of shape (2, height, width) smoothed by a Gaussian, as if it were 0 beyond the border."""
    for axis in (1, 2):
        noise = ndimage.correlate1d(noise, _gaussian(sigma), axis, mode="constant")
    return noise


def warped(
    image: NDArray[Any],
    rotation: float,
    factors: NDArray[np.float64],
    shift: NDArray[np.float64],
    field: NDArray[np.float64] | None,
) -> NDArray[Any]:
    """Return an image that was stretched, then rotated around its centre, then shifted; of its shape and type.

    Parameters
    ----------
    image : array, shape (height, width)
    rotation : float
        Degrees, counter-clockwise as the image is seen.
    factors : float64, shape (2,)
        By which height and width are multiplied.
    shift : float64, shape (2,)
        Pixels to the bottom and to the right.
    field : float64, shape (2, height, width), optional
        How far from where it is otherwise taken each pixel is taken, in rows and in columns.
    """
    height, width = image.shape
    down, right = _places(height, width) - shift[:, None, None]
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    source = np.empty((2, height, width))
    source[0] = (cos * down + sin * right) / factors[0] + (height - 1) / 2
    source[1] = (cos * right - sin * down) / factors[1] + (width - 1) / 2
    if field is not None:
        source += field
    values = ndimage.map_coordinates(image.astype(np.float64), source, order=1, mode="grid-constant", prefilter=False)
    # Weights of the interpolation add up to 1 but for rounding.
    values = np.clip(values, min(image.min(), 0), max(image.max(), 0))
    kept: NDArray[Any] = (values if image.dtype.kind == "f" else np.rint(values)).astype(image.dtype)
    return kept
