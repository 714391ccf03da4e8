"""A connector of PyNN's kind: windows of an image, all of which are seen through the same kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyNN import connectors, errors

from pynn_sfdfa.common.windows import along, as_pair
from pynn_sfdfa.support.numbers import is_integer

__all__ = ["ConvolutionConnector"]


class ConvolutionConnector(connectors.FromListConnector):
    """Connect every window of an image to its neurons, for ``sim.Projection`` on any simulator.

    Cells of both populations are numbered row by row, channels first: of (channels, height, width), the last index runs
    fastest. Kernels are laid over the image as they are, as in libraries of deep learning, not turned around. Synapses
    of PyNN learn each by itself: what shall stay a convolution is given ``StaticSynapse``.

    Parameters
    ----------
    kernels : array, shape (vertical, horizontal) or (channels, channels below, vertical, horizontal)
        Weights in nA. Onto cells with a receptor type for each sign, take two projections:
        ``np.clip(kernels, 0, None)`` and ``np.clip(kernels, None, 0)``.
    shape : tuple of int
        Of the presynaptic population: (height, width) or (channels below, height, width).
    stride, padding : int or pair of int
        As in `pynn_sfdfa.Convolution`; windows must fit the image exactly.

    Attributes
    ----------
    kernels : float64 array, shape (channels, channels below, vertical, horizontal)
    input_shape, output_shape : (int, int, int)
        Channels, height, width of both populations.

    Raises
    ------
    ValueError
        If an argument is not valid, or the windows do not fit; says what does.
    """

    def __init__(self, kernels: Any, shape: Any, stride: Any = 1, padding: Any = 0) -> None:
        given = np.asarray(kernels, float)
        self.kernels = given if given.ndim == 4 else given[np.newaxis, np.newaxis]
        if given.ndim not in (2, 4) or not given.size or not np.isfinite(given).all():
            raise ValueError(
                f"ConvolutionConnector: kernels of the shape {given.shape} are not valid; give finite weights in nA, "
                "of the shape (vertical, horizontal) or (channels, channels below, vertical, horizontal)."
            )
        self.input_shape = _image(shape, self.kernels.shape[1])
        self.stride, self.padding = as_pair(stride, 1, f"{_NAME}: stride"), as_pair(padding, 0, f"{_NAME}: padding")
        try:
            vertical, horizontal = (
                along(self.input_shape[1 + k], self.kernels.shape[2 + k], self.stride[k], self.padding[k], k)
                for k in (0, 1)
            )
        except ValueError as error:
            raise ValueError(f"{_NAME}: {error}") from None
        (y, site_y, row_y, count_y), (x, site_x, row_x, count_x) = vertical, horizontal
        self.output_shape = (len(self.kernels), count_y, count_x)
        below, height, width = self.input_shape
        channel, lower = np.arange(len(self.kernels))[:, None, None, None], np.arange(below)[:, None, None]
        pre = (lower * height + y[:, None]) * width + x
        post = (channel * count_y + site_y[:, None]) * count_x + site_x
        weights = self.kernels[:, :, row_y[:, None], row_x]
        listed = [np.broadcast_to(part, weights.shape).ravel() for part in (pre, post, weights)]
        super().__init__(np.column_stack(listed), column_names=["weight"])

    def check(self, shape: tuple[int, int], label: str) -> None:
        """Raise InvalidDimensionsError if a projection connects populations of other numbers of cells."""
        own = int(np.prod(self.input_shape)), int(np.prod(self.output_shape))
        if shape != own:
            raise errors.InvalidDimensionsError(
                f"Projection '{label}': the ConvolutionConnector leads from {own[0]} cells, {self.input_shape}, to "
                f"{own[1]}, {self.output_shape}; there are {shape[0]} presynaptic and {shape[1]} postsynaptic ones."
            )

    def connect(self, projection: Any) -> None:
        """Connect the neurons of a projection."""
        self.check((projection.pre.size, projection.post.size), projection.label)
        super().connect(projection)


_NAME = ConvolutionConnector.__name__


def _image(shape: Any, channels: int) -> tuple[int, int, int]:
    lengths = tuple(shape) if isinstance(shape, tuple | list) else ()
    if len(lengths) == 2:
        lengths = (1, *lengths)
    if len(lengths) != 3 or not all(is_integer(length, 1) for length in lengths):
        raise ValueError(
            f"{_NAME}: shape = {shape!r} is not valid; give that of the presynaptic population, (height, width) or "
            "(channels, height, width)."
        )
    if lengths[0] != channels:
        raise ValueError(
            f"{_NAME}: the kernels have {channels} channels below, and shape = {shape!r} has {lengths[0]}."
        )
    return int(lengths[0]), int(lengths[1]), int(lengths[2])
