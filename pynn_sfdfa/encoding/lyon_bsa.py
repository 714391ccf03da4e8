"""Sounds through Lyon's model of the ear, whose channels become spikes by Ben's Spiker Algorithm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from pynn_sfdfa.encoding.hearing import heard, on_grid, steps_before
from pynn_sfdfa.encoding.of_recordings import OfRecordings
from pynn_sfdfa.support.settings import Count, Positive, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.recordings import Sound

__all__ = ["LyonBSA"]

_LOWEST_RATE = 2000  # Hz; the ear's lowest filters lie at 63 Hz, and at 1 kHz hardly any is left


@dataclass(frozen=True, kw_only=True)
class LyonBSA(OfRecordings):
    """Lyon's passive ear, then a spike train a channel, as HM2-BP's authors encoded spoken digits (Jin et al. 2018).

    The ear has 64 channels at 8 kHz and 78 at 12.5 kHz, the highest frequency first. Its output, one frame for
    ``decimation`` samples of sound, is multiplied by ``gain``, stretched so that each frame lasts ``frame`` ms of the
    trial, and approximated by spikes whose response is a Gaussian of ``taps`` steps. There is no spike at 0.

    Needs the library lyon: ``pip install "pynn-sfdfa[sound]"``.

    Parameters
    ----------
    rate : int
        Hz; sounds of another rate are resampled. Each is scaled so that its largest magnitude is 1.
    decimation : int
        Samples of sound that become a frame.
    frame : float
        ms of the trial that a frame lasts; at 8 kHz, 128 samples last 16 ms, so that 10.0 lets the sound pass in 62 %
        of its time.
    gain : float
        By which the ear's output is multiplied.
    threshold : float
        By how much a spike must lessen what is left of the signal, in the sum of magnitudes; the response sums to 1.
    taps : int
        Steps of the response.
    step : float
        ms; spikes come at its multiples.
    duration : float
        ms; spikes come before it, and what comes later of a sound is not heard.
    """

    name: ClassVar[str] = "lyon-bsa"
    takes = "sound"
    remedy: ClassVar[str] = "lower encoding.gain or encoding.duration"

    rate: Annotated[Count, doc("Hz")] = 8000
    decimation: Annotated[Count, doc("samples of sound that become a frame")] = 128
    frame: Annotated[Positive, doc("ms of the trial that a frame lasts")] = 10.0
    gain: Annotated[Positive, doc("by which the ear's output is multiplied")] = 2000.0
    threshold: Annotated[Positive, doc("by how much a spike must lessen what is left of the signal")] = 0.6
    taps: Annotated[Count, doc("steps of a spike's response")] = 24
    step: Annotated[Positive, doc("ms; spikes come at its multiples")] = 1.0
    duration: Annotated[Positive, doc("ms; spikes come before it")] = 700.0

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that a frame is no whole number of steps, or that Lyon's ear has no filters at the rate, if so."""
        if values.rate < _LOWEST_RATE:
            return f"rate = {values.rate} Hz is too low for Lyon's ear; at least {_LOWEST_RATE:,} Hz are needed"
        steps = values.frame / values.step
        if steps < 1 or not math.isclose(steps, round(steps)):
            return f"frame = {values.frame:g} ms must be a whole number of steps of {values.step:g} ms"
        return None

    @property
    def latest(self) -> float:
        """The time of the last step, in ms."""
        return float(on_grid(steps_before(self.duration, self.step) - 1, self.step))

    def n_units_of(self, shape: tuple[int, ...]) -> int:
        """Return the number of channels at this rate."""
        return _n_channels(self.rate)

    def cochleagram(self, sound: Sound) -> NDArray[np.float64]:
        """Return what the ear makes of a sound, shape (frames, channels); ValueError if it is shorter than a frame."""
        wave = heard(sound, self.rate)
        if wave.size < self.decimation:
            raise ValueError(
                f"a sound of {wave.size} samples at {self.rate} Hz is shorter than a frame (decimation = "
                f"{self.decimation}); record it again, or lower encoding.decimation"
            )
        frames: NDArray[np.float64] = _ear().lyon_passive_ear(wave, self.rate, self.decimation)
        return frames

    def spikes(self, recording: Sound, shape: tuple[int, ...] = ()) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the spikes of a sound; see `OfRecordings.spikes`."""
        from pynn_sfdfa.encoding._bsa import bsa  # loaded when it is first called, for who only reads settings

        frames = self.cochleagram(recording)
        n = min(round(self.frame / self.step) * len(frames), steps_before(self.duration, self.step) - 1)
        stretched = np.repeat(self.gain * frames.T, round(self.frame / self.step), axis=1)
        signals = np.zeros((frames.shape[1], max(stretched.shape[1], n) + self.taps))
        signals[:, : stretched.shape[1]] = stretched
        fired = np.zeros((n, len(signals)), np.uint8)
        bsa(signals, self._response, self.threshold, n, fired)
        steps, units = np.nonzero(fired)
        return on_grid(steps + 1, self.step), units.astype(np.int32)

    @property
    def _response(self) -> NDArray[np.float64]:
        width = 5 * self.taps / 24
        response = np.exp(-(((np.arange(self.taps) - self.taps / 2) / width) ** 2))
        scaled: NDArray[np.float64] = response / response.sum()
        return scaled


@cache
def _ear() -> Any:
    """Return the library's ear, which is one for all sounds; ValueError if it is not installed."""
    try:
        from lyon.calc import LyonCalc
    except ImportError:
        raise ValueError(
            'Lyon\'s ear needs the library lyon, which is not installed. Run: pip install "pynn-sfdfa[sound]", or set '
            "encoding.name to gammatone-lif, which needs nothing"
        ) from None
    return LyonCalc()


@cache
def _n_channels(rate: int) -> int:
    frames = _ear().lyon_passive_ear(np.zeros(1), rate, 1)
    return int(frames.shape[1])
