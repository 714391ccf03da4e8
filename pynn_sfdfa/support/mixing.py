"""Random bits as a pure function of what they are drawn for: no generator state, the same on every machine."""

from __future__ import annotations

import numpy as np

from pynn_sfdfa.support.jit import jit

__all__ = ["GOLDEN", "mix"]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""The step of SplitMix64's sequence: 2**64 over the golden ratio, made odd."""


@jit(inline="always")
def mix(z: np.uint64) -> np.uint64:
    """Finalise with the SplitMix64 bit mixer (Steele, Lea and Flood 2014)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
