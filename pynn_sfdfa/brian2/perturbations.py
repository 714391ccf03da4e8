"""The perturbations of ``pynn_sfdfa.common.perturbation`` as a function of Brian2's code: the same draws everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from brian2 import Function

from pynn_sfdfa.common.perturbation import perturbation

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PERTURBATION_OF", "seed_parts"]

_CPP = """
static inline uint64_t _sfdfa_mix(uint64_t z) {
    z = (z ^ (z >> 30))*0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27))*0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
static inline double perturbation_of(double seed_high, double seed_low, double layer, double trial, double neuron) {
    const uint64_t golden = 0x9E3779B97F4A7C15ULL;
    uint64_t key = _sfdfa_mix((((uint64_t)seed_high << 32) | (uint64_t)seed_low) + golden);
    key = _sfdfa_mix((key ^ (uint64_t)layer) + golden);
    key = _sfdfa_mix((key ^ (uint64_t)trial) + golden);
    const uint64_t first = _sfdfa_mix((key ^ (uint64_t)neuron) + golden);
    const uint64_t second = _sfdfa_mix(first + golden);
    const double radius = ((double)(first >> 11) + 1.0)*ldexp(1.0, -53);
    const double angle = (double)(second >> 11)*ldexp(1.0, -53);
    return sqrt(-2.0*log(radius))*cos(6.283185307179586*angle);
}
"""

_CYTHON = """
from libc.stdint cimport uint64_t
cdef uint64_t _sfdfa_mix(uint64_t z):
    z = (z ^ (z >> 30))*<uint64_t>0xBF58476D1CE4E5B9ULL
    z = (z ^ (z >> 27))*<uint64_t>0x94D049BB133111EBULL
    return z ^ (z >> 31)

cdef double perturbation_of(double seed_high, double seed_low, double layer, double trial, double neuron):
    cdef uint64_t golden = <uint64_t>0x9E3779B97F4A7C15ULL
    cdef uint64_t key = _sfdfa_mix((((<uint64_t>seed_high) << 32) | (<uint64_t>seed_low)) + golden)
    key = _sfdfa_mix((key ^ (<uint64_t>layer)) + golden)
    key = _sfdfa_mix((key ^ (<uint64_t>trial)) + golden)
    cdef uint64_t first = _sfdfa_mix((key ^ (<uint64_t>neuron)) + golden)
    cdef uint64_t second = _sfdfa_mix(first + golden)
    cdef double radius = ((<double>(first >> 11)) + 1.0)*2.0**-53
    cdef double angle = (<double>(second >> 11))*2.0**-53
    return sqrt(-2.0*log(radius))*cos(6.283185307179586*angle)
"""


def seed_parts(seed: int) -> tuple[float, float]:
    """Return a seed as two halves of 32 bits, which Brian2's float64 parameters hold exactly."""
    return float(seed >> 32), float(seed & 0xFFFFFFFF)


def _perturbation_of(
    seed_high: float, seed_low: float, layer: float, trial: int, neuron: NDArray[np.integer]
) -> NDArray[np.float64]:
    seed = (int(seed_high) << 32) | int(seed_low)
    return np.array([perturbation(seed, int(layer), int(trial), int(i)) for i in np.atleast_1d(neuron)])


PERTURBATION_OF = Function(
    _perturbation_of,
    arg_units=[1, 1, 1, 1, 1],
    return_unit=1,
    arg_names=["seed_high", "seed_low", "layer", "trial", "neuron"],
)
"""``perturbation_of(seed_high, seed_low, layer, trial, neuron)``: see `pynn_sfdfa.common.perturbation`."""
PERTURBATION_OF.implementations.add_implementation("cpp", _CPP)
PERTURBATION_OF.implementations.add_implementation("cython", _CYTHON)
