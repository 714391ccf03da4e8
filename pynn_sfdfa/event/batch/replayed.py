"""What a walk backwards leads through, a layer in its trials with the errors in them, and what accumulates on the way.

docs/algorithm.md, sections 4, 7 and 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from pynn_sfdfa.event.batch.records import ANY_CONSTANTS, allocate_trials
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["ACCUMULATORS", "REPLAYED", "Accumulators", "Replayed", "clear", "decay"]

# Unsigned indices, for the reason given in forward.py.
_index = np.uint64


class Replayed(NamedTuple):
    """The trials of a layer, and the errors in them."""

    layer: LayerTrials
    constants: LayerConstants
    error: NDArray[np.float32]  # (places * width,): of each neuron in each trial
    of_spikes: bool  # whether single spikes, too, have errors of their own, left by backpropagation


class Accumulators(NamedTuple):
    """Scratch space of a thread, for as many neurons as are looked at together."""

    S1: NDArray[np.float32]  # decays with tau_syn
    S2: NDArray[np.float32]  # decays with tau_m
    carry: NDArray[np.float32]  # from a release to the spike before it


_numbers = np.empty(0, np.float32)
REPLAYED = numba.typeof(Replayed(allocate_trials(1, 1, 1, 1), ANY_CONSTANTS, _numbers, False))
"""Type of `Replayed` in kernels."""

ACCUMULATORS = numba.typeof(Accumulators(_numbers, _numbers, _numbers))
"""Type of `Accumulators` in kernels."""


@jit(inline="always", fastmath=FLOAT_FLAGS)
def clear(sums: Accumulators) -> None:
    """Begin anew."""
    sums.S1[:] = np.float32(0.0)
    sums.S2[:] = np.float32(0.0)
    sums.carry[:] = np.float32(0.0)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def decay(decay_syn: np.float32, decay_m: np.float32, sums: Accumulators) -> None:
    """Take S1 and S2 back by the time in which they decay so far."""
    S1, S2 = sums.S1, sums.S2
    for lane in range(_index(S1.size)):
        S1[lane] *= decay_syn
        S2[lane] *= decay_m
