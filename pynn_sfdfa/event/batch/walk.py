"""One step of a walk backwards through a trial: a spike, or the end of a refractory period.

Two accumulators per neuron, S1 (decays with tau_syn) and S2 (with tau_m), are kept as at a later time; ``decay_syn``
and ``decay_m`` lead from then back to the start of the present window. docs/algorithm.md, sections 4, 7 and 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants

__all__ = ["all_zero", "take_release", "take_spike"]

_index = np.uint64


@jit(inline="always")
def all_zero(error: NDArray[np.float32], first: np.uint64, lanes: np.uint64) -> bool:
    """Return whether so many errors are 0: then there is nothing to walk for, as often where a loss has a margin."""
    lane = first
    while lane < first + lanes and error[lane] == np.float32(0.0):
        lane += _index(1)
    return bool(lane == first + lanes)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_release(
    at: np.uint64,
    lane: np.uint64,
    releases: NDArray[np.void],
    decay_syn: np.float32,
    decay_m: np.float32,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
) -> None:
    """Go back over the end of a refractory period: before it, the potential was held and only the current counts."""
    potential = S2[lane] * decay_m / releases[at].since_m
    carry[lane] = potential * releases[at].carry
    S1[lane] -= potential * releases[at].since_syn / decay_syn
    S2[lane] = np.float32(0.0)


@jit(inline="always", fastmath=FLOAT_FLAGS)
def take_spike(
    at: np.uint64,
    lane: np.uint64,
    delta: np.float32,
    spikes: NDArray[np.void],
    releases: NDArray[np.void],
    release0: np.uint64,
    of_potential: bool,
    constants: LayerConstants,
    decay_syn: np.float32,
    decay_m: np.float32,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
) -> None:
    """Go back over a spike with its error ``delta``, and over the release before it if that is in its window."""
    since_m, since_syn, zero = spikes[at].since_m, spikes[at].since_syn, np.float32(0.0)
    refractory = constants.refractory > zero
    if of_potential:
        gamma = delta / constants.c
        if not refractory:  # the reset follows the spike at once
            S1[lane] -= S2[lane] * decay_m / since_m * since_syn / decay_syn
            S2[lane] = zero
    elif refractory:
        gamma = spikes[at].factor * (delta + carry[lane])
        carry[lane] = zero
    else:
        gamma = spikes[at].factor * (delta + constants.drop / constants.tau_m * S2[lane] * decay_m / since_m)
    S1[lane] += gamma * since_syn / decay_syn
    S2[lane] += gamma * since_m / decay_m
    if refractory and spikes[at].released >= np.int32(0):
        take_release(release0 + _index(spikes[at].released), lane, releases, decay_syn, decay_m, S1, S2, carry)
