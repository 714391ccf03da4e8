"""Windows over an image: their positions, and which units of the image each of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.common.windows import along
from pynn_sfdfa.network.connectivity.sites import Sites
from pynn_sfdfa.support import memory

if TYPE_CHECKING:
    from pynn_sfdfa.common.windows import Pair
    from pynn_sfdfa.network.shapes import Shape

__all__ = ["MOST_NEURONS", "check_image", "check_size", "windows"]

MOST_NEURONS = 2**24
"""Of a layer of windows; beyond that its feedback alone would take gigabytes."""


def check_image(shape: Shape) -> None:
    """Raise ValueError if a layer of that shape has no windows."""
    if len(shape) != 3:
        raise ValueError(
            "windows need a layer of the shape (channels, height, width). Give the input its shape, such as "
            "Input((1, 28, 28)), and put layers without positions, such as Dense, above."
        )


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
    y, site_y, row_y, count_y = along(height, kernel[0], stride[0], padding[0], 0)
    x, site_x, row_x, count_x = along(width, kernel[1], stride[1], padding[1], 1)
    channel = np.arange(channels)[:, None, None]
    unit = ((channel * height + y[:, None]) * width + x).ravel()
    row = ((channel * kernel[0] + row_y[:, None]) * kernel[1] + row_x).ravel()
    site = np.broadcast_to(site_y[:, None] * count_x + site_x, (channels, y.size, x.size)).ravel()
    order = np.lexsort((site, unit))
    offsets = np.zeros(channels * height * width + 1, np.int64)
    np.cumsum(np.bincount(unit, minlength=offsets.size - 1), out=offsets[1:])
    rows = channels * kernel[0] * kernel[1]
    return Sites(count_y * count_x, lanes, rows, shared, offsets, site[order], row[order])
