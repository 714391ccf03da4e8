"""The spikes of the next batch, made while the network learns from this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains

__all__ = ["Ahead"]


class Ahead:
    """Shows samples a batch at a time.

    Parameters
    ----------
    samples : SpikeTrains or other Presentations
    order : int64 array
    batch_size : int
    presentation : int
    """

    def __init__(self, samples: Presentations, order: NDArray[np.int64], batch_size: int, presentation: int) -> None:
        self._samples, self._order, self._size, self._presentation = samples, order, batch_size, presentation
        self._next = 0
        self._made: tuple[SpikeTrains, NDArray[np.int64]] | None = None

    def make(self) -> None:
        """Make the spikes of the next batch if there is one; on any thread, but one at a time."""
        if self._made is None and self._next < self._order.size:
            batch = self._order[self._next : self._next + self._size]
            self._made = self._samples.shown(batch, self._presentation)
            self._next += self._size

    def take(self) -> tuple[SpikeTrains, NDArray[np.int64]]:
        """Return the next batch as `Presentations.shown` does, which is made now if it was not before."""
        self.make()
        assert self._made is not None, "there is no further batch"
        made, self._made = self._made, None
        return made
