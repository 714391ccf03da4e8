"""Sounds for tests: tones, written as wav files."""

from __future__ import annotations

import numpy as np
from scipy.io import wavfile

from pynn_sfdfa.encoding.recordings import Sound


def tone(frequency, seconds=0.1, rate=8000, loudness=0.5):
    """A tone that fades in and out."""
    t = np.arange(round(seconds * rate)) / rate
    return Sound((loudness * np.hanning(t.size) * np.sin(2 * np.pi * frequency * t)).astype(np.float32), rate)


def write_tone(path, frequency, dtype=np.int16, **options):
    """Write a tone as a wav file of this width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wave, rate = tone(frequency, **options)
    wavfile.write(path, rate, as_pcm(wave, dtype))
    return path


def as_pcm(wave, dtype):
    dtype = np.dtype(dtype)
    if dtype == np.uint8:
        return np.rint(128 + 127 * wave).astype(np.uint8)
    if dtype.kind == "i":
        return (wave.astype(np.float64) * np.iinfo(dtype).max).astype(dtype)
    return wave.astype(dtype)
