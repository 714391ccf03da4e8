"""What an event camera sees of an image that moves before it, compiled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from numba import float64, int64

from pynn_sfdfa.support.jit import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["watch"]


@kernel(
    *(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64, float64, float64),
    *(float64[:, ::1], float64[:, ::1], int64[:, ::1]),
)
def watch(
    image: NDArray[np.float64],
    path: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    step: float,
    dark: float,
    refractory: float,
    level: NDArray[np.float64],
    silent_until: NDArray[np.float64],
    events: NDArray[np.int64],
) -> int:
    """Find the events of a sensor whose pixels fire when the logarithm of what they see has changed enough.

    Beyond the capacity of ``events`` nothing is written; what is returned says how many there are.

    Parameters
    ----------
    image : float64, shape (height, width)
        0..1; beyond its border it is 0, between pixels linear.
    path : float64, shape (steps + 1, 2)
        Row and column of the sensor's first pixel in the image, at the beginning of each step and the end of the last.
    thresholds : float64, shape (sensor height, sensor width)
        Change of the logarithm that is an event.
    step : float
        us.
    dark : float
        Added to the image before the logarithm is taken.
    refractory : float
        us after an event in which a pixel sees nothing.
    level, silent_until : float64, shape (sensor height, sensor width)
        Of any content: the level that pixels compare with, and when they see again.
    events : int64, shape (capacity, 4)
        Receives x, y, polarity and time (us) of each, in the order of steps; the polarity is 1 where it falls, as in
        the recordings of N-MNIST.
    """
    height, width = image.shape
    n, black = 0, math.log(dark)
    for k in range(path.shape[0]):
        top, left = math.floor(path[k, 0]), math.floor(path[k, 1])
        below, right = path[k, 0] - top, path[k, 1] - left
        for y in range(thresholds.shape[0]):
            for x in range(thresholds.shape[1]):
                seen = 0.0
                for dy in range(2):
                    for dx in range(2):
                        row, column = int(top) + y + dy, int(left) + x + dx
                        if 0 <= row < height and 0 <= column < width:
                            share = (below if dy else 1.0 - below) * (right if dx else 1.0 - right)
                            seen += share * image[row, column]
                if k == 0:
                    level[y, x], silent_until[y, x] = math.log(dark + seen), -1.0
                    continue
                time = k * step
                threshold = thresholds[y, x]
                if silent_until[y, x] > time:
                    continue
                change = (black if seen == 0.0 else math.log(dark + seen)) - level[y, x]
                rises = change >= threshold
                if rises or change <= -threshold:
                    if n < events.shape[0]:
                        events[n, 0], events[n, 1], events[n, 2], events[n, 3] = x, y, int(not rises), int(time)
                    n += 1
                    level[y, x] = level[y, x] + (threshold if rises else -threshold)
                    silent_until[y, x] = time + refractory
    return n
