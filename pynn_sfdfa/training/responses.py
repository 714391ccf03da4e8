"""How a network has responded to samples, as far as a readout or a loss asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["OutputSpikes", "Responses", "joined"]


@dataclass(frozen=True, eq=False)
class OutputSpikes:
    """When the neurons of the output spiked, sample by sample.

    Attributes
    ----------
    samples, units : int64, shape (spikes,)
        Which sample each is of, and which neuron.
    times : float32, shape (spikes,)
        ms from the start of the trial.
    duration : float
        Of a trial, in ms.
    """

    samples: NDArray[np.int64]
    units: NDArray[np.int64]
    times: NDArray[np.float32]
    duration: float

    def first(self, shape: tuple[int, int]) -> NDArray[np.float32]:
        """Return when each neuron spiked first, infinite if it was silent, shape (samples, n_out)."""
        first = np.full(shape, np.inf, np.float32)
        np.minimum.at(first, (self.samples, self.units), self.times)
        return first

    def until(self, moment: float) -> OutputSpikes:
        """Return the spikes that come no later than that (ms), as of trials that end then."""
        kept = self.times <= moment
        return OutputSpikes(self.samples[kept], self.units[kept], self.times[kept], moment)


def joined(parts: Sequence[tuple[int, OutputSpikes]]) -> OutputSpikes | None:
    """Return the spikes of several batches, each with its number of samples, as those of one; None without any."""
    if not parts:
        return None
    starts = np.cumsum([0, *(n for n, _ in parts[:-1])])
    return OutputSpikes(
        np.concatenate([start + spikes.samples for start, (_, spikes) in zip(starts, parts, strict=True)]),
        np.concatenate([spikes.units for _, spikes in parts]),
        np.concatenate([spikes.times for _, spikes in parts]),
        parts[0][1].duration,
    )


@dataclass(frozen=True, eq=False)
class Responses:
    """The output spikes of each sample.

    Attributes
    ----------
    counts : int32, shape (samples, n_out)
        Spikes of each output neuron.
    output : OutputSpikes, optional
        The spikes one by one; None if nobody has asked for them.
    spikes : tuple of int
        Spikes of each layer in all samples together.
    """

    counts: NDArray[np.int32]
    output: OutputSpikes | None = None
    spikes: tuple[int, ...] = ()
