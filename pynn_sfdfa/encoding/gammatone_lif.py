"""Sounds through a bank of gammatone filters, each of which drives a leaky integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from pynn_sfdfa.encoding.hearing import heard, on_grid, steps_before
from pynn_sfdfa.encoding.of_recordings import OfRecordings
from pynn_sfdfa.support.settings import Count, NotNegative, Positive, doc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.recordings import Sound

__all__ = ["GammatoneLIF"]


@dataclass(frozen=True, kw_only=True)
class GammatoneLIF(OfRecordings):
    """Gammatone filters of the fourth order (Slaney 1993), spaced as the ear's bandwidths are, then LIF neurons.

    What leaves a filter is rectified, raised to ``compression`` and multiplied by ``gain``: that is the current of a
    neuron that leaks with ``tau_m``, fires at 1, is reset to 0 and silent for ``tau_refrac``. The highest frequency is
    unit 0, as in Lyon's ear. Needs nothing but SciPy.

    Parameters
    ----------
    rate : int
        Hz; sounds of another rate are resampled. Each is scaled so that its largest magnitude is 1.
    channels : int
    lowest, highest : float
        Hz; centres of the lowest and the highest filter.
    compression : float
        Exponent, at most 1; quiet channels are heard beside loud ones.
    gain : float
        Thresholds by which a constant 1 would exceed, in the end, the resting potential.
    tau_m, tau_refrac : float
        ms, of the sound's time.
    pace : float
        ms of the trial that a ms of sound lasts.
    step : float
        ms; spike times are rounded up to its multiples, where a unit has one spike at most.
    duration : float
        ms; spikes come before it, and what comes later of a sound is not heard.
    """

    name = "gammatone-lif"
    takes = "sound"
    remedy = "lower encoding.gain or encoding.duration"

    rate: Annotated[Count, doc("Hz")] = 8000
    channels: Count = 64
    lowest: Annotated[Positive, doc("Hz, centre of the lowest filter")] = 80.0
    highest: Annotated[Positive, doc("Hz, centre of the highest filter")] = 3600.0
    compression: Annotated[Positive, doc("exponent")] = 0.3
    gain: Annotated[Positive, doc("thresholds")] = 20.0
    tau_m: Annotated[Positive, doc("ms")] = 10.0
    tau_refrac: Annotated[NotNegative, doc("ms")] = 5.0
    pace: Annotated[Positive, doc("ms of the trial that a ms of sound lasts")] = 0.625
    step: Annotated[Positive, doc("ms")] = 1.0
    duration: Annotated[Positive, doc("ms; spikes come before it")] = 700.0

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return that filters are in no order or above what the rate can hold, or that it expands, if so."""
        if not values.lowest < values.highest < values.rate / 2:
            return (
                f"lowest = {values.lowest:g} Hz, highest = {values.highest:g} Hz and half of rate, "
                f"{values.rate / 2:g} Hz, must rise in this order"
            )
        return None if values.compression <= 1 else f"compression = {values.compression:g} must be at most 1"

    @property
    def latest(self) -> float:
        """The time of the last step, in ms."""
        return float(on_grid(steps_before(self.duration, self.step) - 1, self.step))

    def n_units_of(self, shape: tuple[int, ...]) -> int:
        """Return the number of channels."""
        return self.channels

    @property
    def centres(self) -> NDArray[np.float64]:
        """Centre of each channel's filter in Hz, the highest first: equal steps on Glasberg and Moore's scale."""
        highest, lowest = 21.4 * np.log10(1 + 0.00437 * np.array([self.highest, self.lowest]))
        centres: NDArray[np.float64] = (10 ** (np.linspace(highest, lowest, self.channels) / 21.4) - 1) / 0.00437
        return centres

    def cochleagram(self, sound: Sound) -> NDArray[np.float64]:
        """Return what leaves the filters, rectified and compressed, shape (samples at ``rate``, channels)."""
        from scipy.signal import lfilter

        wave = heard(sound, self.rate)
        output = np.empty((wave.size, self.channels))
        for channel, (b, a) in enumerate(_filters(self)):
            output[:, channel] = lfilter(b, a, wave)
        return np.maximum(output, 0.0) ** self.compression

    def spikes(self, recording: Sound, shape: tuple[int, ...] = ()) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the spikes of a sound; see `OfRecordings.spikes`."""
        from pynn_sfdfa.encoding._leaky_neurons import fire  # loaded when it is first called, as scipy is

        current = np.ascontiguousarray(self.gain * self.cochleagram(recording))
        fired = np.zeros(current.shape, np.uint8)
        ms = 1000.0 / self.rate
        fire(current, np.exp(-ms / self.tau_m), round(self.tau_refrac / ms), fired)
        samples, units = np.nonzero(fired)
        steps = np.ceil((samples + 1) * ms * self.pace / self.step).astype(np.int64)
        once = np.unique(np.stack([steps, units]), axis=1)
        steps, units = once[:, once[0] * self.step < self.duration]
        return on_grid(steps, self.step), units.astype(np.int32)


@cache
def _filters(encoder: GammatoneLIF) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    from scipy.signal import gammatone

    return [gammatone(centre, "iir", fs=encoder.rate) for centre in encoder.centres]
