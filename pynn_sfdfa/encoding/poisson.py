"""Values as rates: Poisson spike trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Lt

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.values import arguments, checked, joined
from pynn_sfdfa.support.settings import Positive, doc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Poisson", "poisson"]

_MOST_SPIKES = 10**9  # of a sample; they are 8 GB


@dataclass(frozen=True, kw_only=True)
class Poisson(Encoder):
    """Each pixel x becomes a Poisson spike train of rate ``rate_max * x / maximum``.

    The spikes of sample k depend on ``seed``, k and its own pixels alone. No sample can have more than 10**9 spikes.

    Parameters
    ----------
    rate_max : float
        Hz, the rate of a pixel of ``maximum``.
    duration : float
        ms; spikes fall in [0, duration).
    maximum : float
        The brightest value a pixel can have; values are 0..maximum.
    seed : int
        0..2**32 - 1.
    """

    name: ClassVar[str] = "poisson"
    remedy: ClassVar[str] = "lower encoding.rate_max or encoding.duration"

    rate_max: Annotated[Positive, doc("Hz")]
    duration: Annotated[Positive, doc("ms")]
    maximum: Annotated[Positive, doc("brightest value a pixel can have")] = 255.0
    seed: Annotated[int, Ge(0), Lt(2**32)] = 0

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values and labels; see `Encoder.check`."""
        return checked(values, labels, self.maximum)

    def __call__(self, values: ArrayLike, labels: ArrayLike) -> SpikeTrains:
        """Encode images; see `Encoder`."""
        images, classes = self.check(values, labels)
        return self.draw(images, classes, np.arange(len(images)), 0)

    def draw(
        self, values: NDArray[Any], labels: NDArray[np.int64], numbers: NDArray[np.int64], presentation: int
    ) -> SpikeTrains:
        """Draw spikes, the same at every presentation; see `Encoder.draw`."""
        times, units, counts = [np.empty(0, np.float32)], [np.empty(0, np.int32)], [0]
        for number, pixels in zip(numbers.tolist(), values, strict=True):
            expected = pixels * self._spikes_per_value
            if not expected.sum() <= _MOST_SPIKES:
                raise ValueError(
                    f"sample {number} would have about {expected.sum():.3g} spikes, more than the {_MOST_SPIKES:,} "
                    f"that one can have. Lower rate_max = {self.rate_max:g} Hz or duration = {self.duration:g} ms."
                )
            random = np.random.RandomState([self.seed, number])  # numpy keeps this stream frozen
            n_spikes = random.poisson(expected)
            unit = np.repeat(np.arange(pixels.size, dtype=np.int32), n_spikes)
            time = np.minimum((random.random_sample(unit.size) * self.duration).astype(np.float32), self.latest)
            order = np.argsort(time, kind="stable")  # stable: simultaneous spikes in order of unit
            times.append(time[order])
            units.append(unit[order])
            counts.append(unit.size)
        return joined(times, units, counts, labels, values.shape[1])

    @property
    def latest(self) -> float:
        """The last time before ``duration`` in single precision, in ms."""
        return float(np.nextafter(np.float32(self.duration), np.float32(0)))

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean of the spikes of each sample."""
        means: NDArray[np.float64] = values.sum(axis=1, dtype=np.float64) * self._spikes_per_value
        return means

    @property
    def _spikes_per_value(self) -> float:
        return self.rate_max * self.duration / 1000.0 / self.maximum


@documented(arguments("images", "(n, height, width) or (n, pixels)"))
def poisson(images: ArrayLike, labels: ArrayLike, **settings: Any) -> SpikeTrains:
    """Encode images, shape (n, height, width) or (n, pixels), with the settings of `Poisson`."""
    return Poisson(**settings)(images, labels)
