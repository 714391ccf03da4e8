"""What encoders of sound have in common: one rate and one loudness, and a grid of times."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.recordings import Sound

__all__ = ["heard", "on_grid", "steps_before"]

_FINEST = 10_000  # of the ratio of two rates: 44.1 to 8 kHz is 80/441


def heard(sound: Sound, rate: int) -> NDArray[np.float64]:
    """Return the wave of a sound at a rate (Hz), its largest magnitude 1."""
    wave = sound.wave.astype(np.float64)
    if sound.rate != rate:
        from scipy.signal import resample_poly  # loaded when it is first needed

        ratio = Fraction(rate, sound.rate).limit_denominator(_FINEST)
        wave = np.ascontiguousarray(resample_poly(wave, ratio.numerator, ratio.denominator))
    loudest = np.abs(wave).max(initial=0.0)
    return wave / loudest if loudest else wave


def steps_before(duration: float, step: float) -> int:
    """Return how many steps of a grid, the one at 0 among them, come before the end of a duration (ms)."""
    return math.ceil(duration / step)


def on_grid(steps: ArrayLike, step: float) -> NDArray[np.float32]:
    """Return the times (ms) of some steps of a grid, rounded once."""
    return (step * np.asarray(steps)).astype(np.float32)
