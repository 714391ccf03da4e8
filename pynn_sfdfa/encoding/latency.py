"""Bright pixels first: one spike a pixel, whose time is its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.values import arguments, checked, one_spike_per_unit, rounded
from pynn_sfdfa.support.settings import Positive, doc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Latency", "latency"]


@dataclass(frozen=True, kw_only=True)
class Latency(Encoder):
    """Each non-zero pixel x becomes one spike at ``window * (1 - x / maximum)`` ms; zero pixels stay silent.

    Equal pixels have exactly equal times.

    Parameters
    ----------
    window : float
        ms; a pixel of ``maximum`` spikes at 0, the faintest just before ``window``.
    maximum : float
        The brightest value a pixel can have (255 for bytes, 16 for scikit-learn's digits); values are 0..maximum.
    resolution : float, optional
        ms; round the times to its multiples, as hardware with a fixed time step needs.
    """

    name: ClassVar[str] = "latency"

    window: Annotated[Positive, doc("ms")] = 100.0
    maximum: Annotated[Positive, doc("brightest value a pixel can have")] = 255.0
    resolution: Annotated[Positive | None, doc("ms; spike times are rounded to its multiples")] = None

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values and labels; see `Encoder.check`."""
        return checked(values, labels, self.maximum)

    def __call__(self, values: ArrayLike, labels: ArrayLike) -> SpikeTrains:
        """Encode images; see `Encoder`."""
        pixels, classes = self.check(values, labels)

        def spike_times(block: NDArray[Any]) -> NDArray[np.float64]:
            times: NDArray[np.float64] = self.window * (1.0 - block / self.maximum)
            times[block == 0] = np.inf
            return times

        return one_spike_per_unit(pixels, classes, spike_times, pixels.shape[1], self.resolution)

    @property
    def latest(self) -> float:
        """The end of the window, in ms, rounded as spike times are."""
        return rounded(self.window, self.resolution)

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return one spike for each pixel that is not zero."""
        bright: NDArray[np.float64] = np.count_nonzero(values, axis=1).astype(np.float64)
        return bright


@documented(arguments("images", "(n, height, width) or (n, pixels)"))
def latency(images: ArrayLike, labels: ArrayLike, **settings: Any) -> SpikeTrains:
    """Encode images, shape (n, height, width) or (n, pixels), with the settings of `Latency`."""
    return Latency(**settings)(images, labels)
