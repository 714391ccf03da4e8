"""Perturbations v ~ N(0, 1) of hidden neurons, one a trial, as a pure function of seed, layer, trial and neuron.

Because a draw depends on nothing else, every simulator, any number of threads and any resumed run see the same
perturbations, and no generator state has to be saved.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import jit
from pynn_sfdfa.support.mixing import GOLDEN, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["perturbation", "perturbations"]


@jit
def perturbation(seed: int, layer: int, trial: int, neuron: int) -> float:
    """Return the perturbation of one neuron in one trial: a float64 drawn from N(0, 1) by Box and Muller."""
    key = mix(np.uint64(seed) + GOLDEN)
    key = mix((key ^ np.uint64(layer)) + GOLDEN)
    key = mix((key ^ np.uint64(trial)) + GOLDEN)
    first = mix((key ^ np.uint64(neuron)) + GOLDEN)
    second = mix(first + GOLDEN)
    radius = (np.float64(first >> np.uint64(11)) + 1.0) * 2.0**-53  # in (0, 1]
    angle = np.float64(second >> np.uint64(11)) * 2.0**-53
    return math.sqrt(-2.0 * math.log(radius)) * math.cos(2.0 * math.pi * angle)


@jit
def perturbations(seed: int, layer: int, trial: int, n: int) -> NDArray[np.float64]:
    """Return the perturbations of neurons 0 to n - 1 of a layer in one trial, shape (n,)."""
    out = np.empty(n)
    for neuron in range(n):
        out[neuron] = perturbation(seed, layer, trial, neuron)
    return out
