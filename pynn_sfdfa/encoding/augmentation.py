"""Augmentation: training images that look a little different in every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Le, Lt

from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, Settings, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Augmentation"]


@dataclass(frozen=True)
class Augmentation(Settings):
    """Distorts images before they are encoded, as a pure function of ``seed``, number of the sample and presentation.

    At presentation 0, which is what is evaluated, images are as they are. Each distortion is off at 0. HM2-BP's
    convolutional networks (Jin, Zhang & Li 2018) learned MNIST with
    ``Augmentation(elastic_scale=3.4, elastic_sigma=4.0, scaling=0.12, rotation=12.0)``.

    Values between pixels are interpolated linearly, beyond the border they are 0. Images of integers are rounded, so
    that they stay images of integers, and no value leaves the range of those of its image and 0.

    Parameters
    ----------
    elastic_scale : float
        Strength of elastic distortion (Simard, Steinkraus & Platt 2003, whose alpha is ``elastic_scale *
        elastic_sigma``): each pixel is moved by random numbers between -1 and 1, smoothed and multiplied by alpha. Far
        from the border that is 0.16 ``elastic_scale`` pixels (SD) along either axis.
    elastic_sigma : float
        Pixels, at most 100: how far apart pixels are that move independently, the width of the smoothing Gaussian.
    scaling : float
        Height and width are multiplied, independently, by a random number between ``1 - scaling`` and ``1 + scaling``.
    rotation : float
        Degrees; the largest rotation to either side, around the centre.
    shift : float
        Pixels; the largest shift along either axis.
    seed : int
        0..2**32 - 1.
    mirror : bool
        Whether every other image, at random, is mirrored first, left to right, as befits clothes but not digits.
    """

    elastic_scale: Annotated[NotNegative, MayBeLeftOut(), doc("strength of elastic distortion")] = 0.0
    elastic_sigma: Annotated[float, Ge(0), Le(100), MayBeLeftOut(), doc("pixels")] = 0.0
    scaling: Annotated[float, Ge(0), Lt(1), MayBeLeftOut(), doc("share by which height and width change at most")] = 0.0
    rotation: Annotated[float, Ge(0), Le(180), MayBeLeftOut(), doc("degrees to either side")] = 0.0
    shift: Annotated[NotNegative, MayBeLeftOut(), doc("pixels along either axis")] = 0.0
    seed: Annotated[int, Ge(0), Lt(2**32)] = 0
    mirror: Annotated[bool, MayBeLeftOut(), doc("every other image, at random, is mirrored, left to right")] = False

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that one of the two settings of elastic distortion is there without the other, if so."""
        if values.elastic_scale and not values.elastic_sigma:
            return "elastic_scale needs an elastic_sigma > 0, in pixels (4.0 for images of 28 x 28)"
        if values.elastic_sigma and not values.elastic_scale:
            return "elastic_sigma does nothing without an elastic_scale > 0; set it (3.4, say), or leave both out"
        return None

    def distorted(self, images: NDArray[Any], numbers: NDArray[np.int64], presentation: int) -> NDArray[Any]:
        """Return images as they are at a presentation, in the type that they have.

        Parameters
        ----------
        images : array, shape (n, height, width)
        numbers : int64, shape (n,)
            Which samples of their data set these are.
        presentation : int
            In training the epoch, counted from 1; at 0 the images themselves are returned.
        """
        if presentation == 0 or not (self._warps or self.mirror):
            return images
        # Loaded when it is first called, for who only reads settings needs no SciPy.
        from pynn_sfdfa.encoding._distort import elastic_field, warped

        distorted, (height, width) = np.empty_like(images), images.shape[1:]
        random = np.random.RandomState()  # numpy keeps its streams frozen
        for to, image, number in zip(distorted, images, numbers, strict=True):
            random.seed([self.seed, int(number), presentation])
            angle, *of_axes = 2 * random.random_sample(5) - 1
            factors, shift = 1 + self.scaling * np.array(of_axes[:2]), self.shift * np.array(of_axes[2:])
            field = None
            if self.elastic_scale:
                noise = 2 * random.random_sample((2, height, width)) - 1
                field = self.elastic_scale * self.elastic_sigma * elastic_field(noise, self.elastic_sigma)
            if self.mirror and random.random_sample() < 0.5:
                image = image[:, ::-1]
            to[...] = warped(image, self.rotation * angle, factors, shift, field) if self._warps else image
        return distorted

    @property
    def _warps(self) -> bool:
        return any((self.elastic_scale, self.scaling, self.rotation, self.shift))
