"""Events of a camera in bins of time and space: a spike for all of a bin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from pynn_sfdfa.encoding.hearing import on_grid
from pynn_sfdfa.encoding.of_recordings import OfRecordings
from pynn_sfdfa.encoding.saccades import position
from pynn_sfdfa.support.settings import Count, Positive, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.events import Events

__all__ = ["EventBins"]


@dataclass(frozen=True, kw_only=True)
class EventBins(OfRecordings):
    """All events of a pixel, or of a block of pixels, within a bin of time become one spike, at the end of the bin.

    Input units are numbered row by row; where polarities are apart, those of darkening events come first, as a channel,
    then those of brightening ones: ``input_shape = [2, height, width]`` for layers that see windows.

    Parameters
    ----------
    bin : float
        ms.
    duration : float
        ms; events before it are taken, and those after it left out.
    block : int
        Pixels along either axis that become one unit; those at the edge may be blocks of fewer.
    merge_polarities : bool
        Whether brightening and darkening make the same spike, or have units of their own.
    stabilise : bool
        Whether the motion of the saccades that N-MNIST was recorded with is taken out, so that a pixel always looks at
        the same point of the image; what leaves the sensor by that is left out.
    """

    name = "event-bins"
    takes = "events"
    remedy = "raise encoding.bin or encoding.block"

    bin: Annotated[Positive, doc("ms")] = 5.0
    duration: Annotated[Positive, doc("ms; events before it are taken")] = 320.0
    block: Annotated[Count, doc("pixels along either axis that become one unit")] = 1
    merge_polarities: bool = True
    stabilise: bool = False

    @property
    def latest(self) -> float:
        """The end of the last bin, in ms."""
        return float(on_grid(math.ceil(self.duration / self.bin), self.bin))

    def n_units_of(self, shape: tuple[int, ...]) -> int:
        """Return the number of blocks of the sensor, twice that many where polarities are apart."""
        height, width = (-(-pixels // self.block) for pixels in shape)
        return height * width * (1 if self.merge_polarities else 2)

    def spikes(self, recording: Events, shape: tuple[int, ...] = ()) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the spikes of a recording; see `OfRecordings.spikes`. ValueError if all events come too late."""
        x, y, polarity, time = recording
        if time.size and time[0] >= 1000.0 * self.duration:
            raise ValueError(
                f"the first of its events comes at {time[0]} us, and encoding.duration takes those before "
                f"{1000.0 * self.duration:g} us; subtract from t the time of the beginning, or raise encoding.duration"
            )
        if self.stabilise:
            moved = np.rint(position(time / 1000.0)).astype(np.int64)
            y, x = y - moved[:, 0], x - moved[:, 1]
        kept = (time < 1000.0 * self.duration) & (x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])
        height, width = (-(-pixels // self.block) for pixels in shape)
        unit = (y // self.block) * width + x // self.block
        if not self.merge_polarities:
            unit = unit + polarity * height * width
        bins = (time / (1000.0 * self.bin)).astype(np.int64)
        n_units = self.n_units_of(shape)
        spikes: Any = np.unique(bins[kept] * n_units + unit[kept])
        return on_grid(spikes // n_units + 1, self.bin), (spikes % n_units).astype(np.int32)
