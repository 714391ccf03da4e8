"""Windows that slide over an image, channels first: their positions, and which units each of them sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.shapes import is_integer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["Pair", "Windows", "checked_image", "pair"]

Pair = tuple[int, int]
"""Of the vertical and the horizontal direction."""

_MOST_NEURONS = 10**7
_MOST_WEIGHTS = 10**8
_MOST_ARRIVALS = 10**8
"""More than any of these does not fit into the memory that networks of one machine have."""


def pair(value: Any, least: int, who: str, what: str) -> Pair:
    """Return an integer as a pair of it, and a pair as it is; ValueError says what is not valid."""
    both = value if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or not all(is_integer(one, least) for one in both):
        raise ValueError(
            f"{who}: {what} = {value!r} is not valid; give an integer >= {least}, or a pair of them, vertical first."
        )
    return int(both[0]), int(both[1])


def checked_image(shape: Shape) -> tuple[int, int, int]:
    """Return channels, height and width of a shape; ValueError if it has no positions."""
    if len(shape) != 3:
        raise ValueError(
            f"it needs (channels, height, width), and {shape} has {len(shape)} axes. Give the Input such a shape, as "
            "in Input((1, 28, 28)); nothing but Dense can follow Dense."
        )
    return shape[0], shape[1], shape[2]


class Windows(NamedTuple):
    """Windows of one size over an image with an edge of zeros; those next to each other are ``stride`` apart."""

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)

    def positions(self, height: int, width: int) -> Pair:
        """Return how many windows there are; ValueError if they do not fit the image."""
        found = []
        for what, length, kernel, stride, padding in zip(
            ("height", "width"), (height, width), self.kernel, self.stride, self.padding, strict=True
        ):
            free = length + 2 * padding - kernel
            edge = f" with a padding of {padding}" if padding else ""
            if free < 0:
                raise ValueError(
                    f"the kernel is {kernel} long and the {what}{edge} only {length + 2 * padding}. Choose a kernel of "
                    f"at most {length + 2 * padding}, or a padding of at least {-(-(kernel - length) // 2)}."
                )
            if free % stride:
                fitting = [step for step in range(1, free + 1) if free % step == 0]
                raise ValueError(
                    f"windows of {kernel} at a stride of {stride} do not end where the {what} of {length}{edge} does: "
                    f"{free % stride} would be left. Choose a stride of {', '.join(map(str, fitting))}, or another "
                    "kernel or padding."
                )
            found.append(free // stride + 1)
        return found[0], found[1]

    def sites(self, shape: Shape, lanes: int, shared: bool) -> Sites:
        """Return the windows as sites of so many neurons; row ``(channel*kernel + dy)*kernel + dx`` of the weights."""
        channels, height, width = checked_image(shape)
        rows, columns = self.positions(height, width)
        site_y, dy, y = _arrivals(height, rows, self.kernel[0], self.stride[0], self.padding[0])
        site_x, dx, x = _arrivals(width, columns, self.kernel[1], self.stride[1], self.padding[1])
        channel = np.arange(channels)[:, np.newaxis, np.newaxis]
        unit = ((channel * height + y[:, np.newaxis]) * width + x).ravel()
        row = ((channel * self.kernel[0] + dy[:, np.newaxis]) * self.kernel[1] + dx).ravel()
        site = np.broadcast_to(site_y[:, np.newaxis] * columns + site_x, (channels, y.size, x.size)).ravel()
        order = np.lexsort((site, unit))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=channels * height * width))])
        size = channels * self.kernel[0] * self.kernel[1]
        return Sites(rows * columns, lanes, size, shared, offsets, site[order], row[order])

    def check_size(self, shape: Shape, lanes: int, shared: bool) -> None:
        """Raise ValueError, before any memory is taken, if there would be more than a machine can hold."""
        channels, height, width = checked_image(shape)
        rows, columns = self.positions(height, width)
        weights = channels * self.kernel[0] * self.kernel[1] * lanes * (1 if shared else rows * columns)
        arrivals = channels * self.kernel[0] * self.kernel[1] * rows * columns
        for number, most, what in (
            (lanes * rows * columns, _MOST_NEURONS, "neurons"),
            (weights, _MOST_WEIGHTS, "weights"),
            (arrivals, _MOST_ARRIVALS, "units that its windows see"),
        ):
            if number > most:
                raise ValueError(
                    f"it would have {number:,} {what}; at most {most:,} are possible. Choose fewer channels, a smaller "
                    "kernel or a larger stride."
                )


def _arrivals(
    length: int, positions: int, kernel: int, stride: int, padding: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return, in one direction, position, place within the window and place in the image of all that is seen."""
    position, within = (grid.ravel() for grid in np.mgrid[:positions, :kernel])
    place = position * stride + within - padding
    inside = (place >= 0) & (place < length)
    return position[inside], within[inside], place[inside]
