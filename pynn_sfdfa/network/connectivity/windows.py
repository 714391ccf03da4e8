"""Windows over an image: their positions, and which units of the image each of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.network.shapes import is_integer
from pynn_sfdfa.support import memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["MOST_NEURONS", "Pair", "as_pair", "check_image", "check_size", "positions", "windows"]

Pair = tuple[int, int]
"""Vertical, horizontal."""

MOST_NEURONS = 2**24
"""Of a layer of windows; beyond that its feedback alone would take gigabytes."""

_AXES = ("vertical", "horizontal")


def as_pair(value: Any, least: int, what: str) -> Pair:
    """Return a whole number, or a pair (vertical, horizontal), as a pair; ValueError names ``what`` is not valid."""
    both = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or not all(is_integer(one, least) for one in both):
        raise ValueError(
            f"{what} = {value!r} is not valid; it must be an integer >= {least}, or a pair of them, (vertical, "
            "horizontal)."
        )
    return int(both[0]), int(both[1])


def check_image(shape: Shape) -> None:
    """Raise ValueError if a layer of that shape has no windows."""
    if len(shape) != 3:
        raise ValueError(
            "windows need a layer of the shape (channels, height, width). Give the input its shape, such as "
            "Input((1, 28, 28)), and put layers without positions, such as Dense, above."
        )


def positions(length: int, kernel: int, stride: int, padding: int, axis: int) -> int:
    """Return how many windows there are along an axis; ValueError if they do not fit it exactly."""
    padded = length + 2 * padding
    where = f"its {('height', 'width')[axis]} of {length}" + (f", {padded} with padding," if padding else "")
    if kernel > padded:
        raise ValueError(
            f"the {_AXES[axis]} kernel {kernel} is larger than {where}: choose a kernel of at most {padded}, or more "
            "padding."
        )
    if padding >= kernel:
        raise ValueError(
            f"the {_AXES[axis]} padding {padding} makes windows that hold nothing: choose one below {kernel}."
        )
    left = (padded - kernel) % stride
    if left:
        raise ValueError(
            f"windows of {kernel} at a {_AXES[axis]} stride of {stride} do not fit {where} exactly: {left} would be "
            f"left over. Choose a kernel of {kernel + left}, or a stride that divides {padded - kernel}."
        )
    return (padded - kernel) // stride + 1


def check_size(neurons: int, weights: int, arrivals: int, remedy: str) -> None:
    """Raise ValueError, before any memory is taken, if a layer is too large."""
    if neurons > MOST_NEURONS:
        raise ValueError(f"it would have {neurons:,} neurons, and a layer has at most {MOST_NEURONS:,}: {remedy}.")
    needs = [
        memory.Need(f"its {weights:,} weights", 4 * weights, remedy),
        memory.Need(f"the list of {arrivals:,} places where spikes arrive", _PER_ARRIVAL * arrivals, remedy),
    ]
    reason = memory.shortage(needs, memory.limit())
    if reason is not None:
        raise ValueError(reason)


_PER_ARRIVAL = 64
"""Bytes; of the list itself, and of what sorts it."""


def windows(shape: Shape, lanes: int, kernel: Pair, stride: Pair, padding: Pair, shared: bool) -> Sites:
    """Return a site for each window, whose rows are (channel, vertical, horizontal) in the window."""
    channels, height, width = shape
    y, site_y, row_y, count_y = _along(height, kernel[0], stride[0], padding[0], 0)
    x, site_x, row_x, count_x = _along(width, kernel[1], stride[1], padding[1], 1)
    channel = np.arange(channels)[:, None, None]
    unit = ((channel * height + y[:, None]) * width + x).ravel()
    row = ((channel * kernel[0] + row_y[:, None]) * kernel[1] + row_x).ravel()
    site = np.broadcast_to(site_y[:, None] * count_x + site_x, (channels, y.size, x.size)).ravel()
    order = np.lexsort((site, unit))
    offsets = np.zeros(channels * height * width + 1, np.int64)
    np.cumsum(np.bincount(unit, minlength=offsets.size - 1), out=offsets[1:])
    rows = channels * kernel[0] * kernel[1]
    return Sites(count_y * count_x, lanes, rows, shared, offsets, site[order], row[order])


def _along(
    length: int, kernel: int, stride: int, padding: int, axis: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """Return along one axis where units are, the window that each meets, where in it, and the number of windows."""
    count = positions(length, kernel, stride, padding, axis)
    site, within = np.divmod(np.arange(count * kernel), kernel)
    at = site * stride + within - padding
    inside = (at >= 0) & (at < length)
    return at[inside], site[inside], within[inside], count
