"""Values as times: one spike a feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.encoding.encoder import Encoder
from pynn_sfdfa.encoding.values import arguments, checked, one_spike_per_unit, rounded
from pynn_sfdfa.support.settings import NotNegative, Positive, Times, doc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["TimeCoded", "time_coded"]


@dataclass(frozen=True, kw_only=True)
class TimeCoded(Encoder):
    """Each feature x in [0, 1] becomes one spike at ``t_min + x * (t_max - t_min)`` ms, zero included.

    Parameters
    ----------
    t_min, t_max : float
        ms; 0 <= t_min < t_max.
    bias_time : float or sequence of float, optional
        ms; each adds one unit, after those of the features, that spikes at this time in every sample.
    resolution : float, optional
        ms; round the times to its multiples.
    """

    name: ClassVar[str] = "time_coded"

    t_min: Annotated[NotNegative, doc("ms")]
    t_max: Annotated[Positive, doc("ms")]
    bias_time: Annotated[Times | None, doc("ms; one more input unit each, that spikes then in every sample")] = None
    resolution: Annotated[Positive | None, doc("ms; spike times are rounded to its multiples")] = None

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that t_min is not smaller than t_max, if it is not."""
        if values.t_min < values.t_max:
            return None
        return f"t_min = {values.t_min:g} ms must be smaller than t_max = {values.t_max:g} ms"

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values and labels; see `Encoder.check`."""
        return checked(values, labels, 1.0)

    def __call__(self, values: ArrayLike, labels: ArrayLike) -> SpikeTrains:
        """Encode features; see `Encoder`."""
        features, classes = self.check(values, labels)
        n, bias = features.shape[1], self._bias

        def spike_times(block: NDArray[Any]) -> NDArray[np.float64]:
            times = np.empty((len(block), n + bias.size))
            times[:, :n] = self.t_min + block * (self.t_max - self.t_min)
            times[:, n:] = bias
            return times

        return one_spike_per_unit(features, classes, spike_times, self.n_units(n), self.resolution)

    def n_units(self, n_values: int) -> int:
        """Return one unit a feature, and one for each bias time."""
        return n_values + self._bias.size

    @property
    def latest(self) -> float:
        """``t_max`` or the last of the bias times, in ms, rounded as spike times are."""
        return rounded(max([self.t_max, *self._bias.tolist()]), self.resolution)

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return one spike a unit."""
        return np.full(len(values), float(self.n_units(values.shape[1])))

    @property
    def _bias(self) -> NDArray[np.float64]:
        return np.atleast_1d(np.asarray([] if self.bias_time is None else self.bias_time, dtype=np.float64))


@documented(arguments("features", "(n, features) or (n, height, width)"))
def time_coded(features: ArrayLike, labels: ArrayLike, **settings: Any) -> SpikeTrains:
    """Encode features, shape (n, features) or (n, height, width), with the settings of `TimeCoded`."""
    return TimeCoded(**settings)(features, labels)
