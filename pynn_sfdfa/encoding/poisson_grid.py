"""Values as rates on a grid of time: in every step a pixel fires or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.encoding.drawn import Drawn
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.encoding.values import arguments, checked
from pynn_sfdfa.support.settings import Positive, doc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["PoissonGrid", "poisson_grid"]

_MOST_STEPS = 10**6  # so that float32 tells them apart

_BLOCK = 100  # samples whose probabilities are computed at a time


@cache
def _kernel() -> tuple[Any, int]:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.encoding._draw_on_grid import LANES, draw
    from pynn_sfdfa.support.jit import compile_ahead

    compile_ahead([draw])
    return draw, LANES


@cache
def _grid(step: float, duration: float) -> NDArray[np.float32]:
    """Return the times of the steps in ms; all are below the duration also in single precision."""
    times = (step * np.arange(1, math.ceil(duration / step) + 1)).astype(np.float32)
    return times[times < np.float32(duration)]


@dataclass(frozen=True, kw_only=True)
class PoissonGrid(Drawn):
    """In every step a pixel x fires with the probability ``p_max * x / maximum``, independently of all else.

    Steps are at ``step``, ``2 * step`` and so on, all before ``duration``; there is no spike at 0. The spikes of a
    pixel of sample k depend on ``seed``, k, the pixel's number and its value alone, with ``redraw`` on the
    presentation, too.

    Parameters
    ----------
    p_max : float
        At most 1; the probability of a pixel of ``maximum``.
    duration : float
        ms; spikes come before it.
    step : float
        ms.
    maximum : float
        The brightest value a pixel can have; values are 0..maximum.
    seed : int
        0..2**32 - 1.
    redraw : bool
        Whether training samples have other spikes in every epoch, or those of the first presentation in each. What is
        evaluated is always shown as in the first.
    """

    name: ClassVar[str] = "poisson-grid"
    remedy: ClassVar[str] = "lower training.batch_size"

    p_max: Annotated[float, Gt(0), Le(1), doc("spikes a step of a pixel of maximum, a probability")] = 1 / 5.5
    duration: Annotated[Positive, doc("ms")]
    step: Annotated[Positive, doc("ms")] = 1.0
    maximum: Annotated[Positive, doc("brightest value a pixel can have")] = 255.0
    seed: Annotated[int, Ge(0), Lt(2**32)] = 0
    redraw: bool = False

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that there is no step, or that there are too many, if so."""
        if not np.float32(values.step) < np.float32(values.duration):
            return f"step = {values.step:g} ms must be shorter than duration = {values.duration:g} ms"
        if not values.duration / values.step <= _MOST_STEPS:
            return (
                f"duration = {values.duration:g} ms has more than the {_MOST_STEPS:,} steps of {values.step:g} ms that "
                "are possible; make the steps longer"
            )
        return None

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return values and labels; see `Encoder.check`."""
        return checked(values, labels, self.maximum)

    def draw(
        self, values: NDArray[Any], labels: NDArray[np.int64], numbers: NDArray[np.int64], presentation: int
    ) -> SpikeTrains:
        """Draw spikes; see `Encoder.draw`."""
        draw, lanes = _kernel()
        grid, n_units = _grid(self.step, self.duration), values.shape[1]
        scratch = np.empty((3, -(-n_units // lanes) * lanes), np.uint64), np.empty(n_units, np.int32)
        offsets = np.zeros(len(values) + 1, np.int64)
        mean = self.n_spikes(values).sum()
        capacity = math.ceil(mean + 8 * math.sqrt(mean) + 1)
        while True:
            times, units, end = np.empty(capacity, np.float32), np.empty(capacity, np.int32), 0
            for start in range(0, len(values), _BLOCK):
                block = slice(start, start + _BLOCK)
                probabilities = self.p_max * np.divide(values[block], self.maximum, dtype=np.float64, order="C")
                which = self.seed, presentation if self.redraw else 0
                ends = offsets[1:][block]
                end = draw(probabilities, numbers[block], *which, grid, *scratch, end, ends, times, units)
            if end <= capacity:
                return SpikeTrains.unchecked(times[:end], units[:end], offsets, labels, n_units)
            capacity = end

    def n_spikes(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean of the spikes of each sample."""
        of_a_pixel = self.p_max * _grid(self.step, self.duration).size
        means: NDArray[np.float64] = values.sum(axis=1, dtype=np.float64) / self.maximum * of_a_pixel
        return means

    @property
    def latest(self) -> float:
        """The time of the last step, in ms."""
        return float(_grid(self.step, self.duration)[-1])


@documented(arguments("images", "(n, height, width) or (n, pixels)"))
def poisson_grid(images: ArrayLike, labels: ArrayLike, **settings: Any) -> SpikeTrains:
    """Encode images, shape (n, height, width) or (n, pixels), with the settings of `PoissonGrid`.

    All spikes are there at once; `EncodedWhenShown` draws those of a batch when it is shown.
    """
    return PoissonGrid(**settings)(images, labels)
