"""How much neurons excite themselves by silencing those that inhibit them, in a layer with inhibition.

docs/algorithm.md, section 10. Every spike of the layer arrives at all other neurons of it, so the S-PSP between any two
of them follows from the spikes of the layer alone, walked backwards once: releases, spikes and arrivals, each in the
order of the spikes they stem from.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import float32, int64

from pynn_sfdfa.event.batch.order import sort_by_time
from pynn_sfdfa.event.batch.places import first_spike, row_width, spike_count
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["LateralSpace", "lateral_effects"]

_index = np.uint64
_BEFORE = np.float32(-1.0)
"""Earlier than all that happens in a trial."""


class LateralSpace(NamedTuple):
    """Scratch space of a thread."""

    order: NDArray[np.uint64]  # (most spikes of a trial,)
    S1: NDArray[np.float32]  # (neurons,)
    S2: NDArray[np.float32]  # (neurons,)
    e: NDArray[np.float32]  # (neurons * neurons,)


_numbers = np.empty(0, np.float32)
_SPACE = numba.typeof(LateralSpace(np.empty(0, np.uint64), _numbers, _numbers, _numbers))


@subroutine(fastmath=FLOAT_FLAGS)
def _s_psp(trial: np.uint64, layer: LayerTrials, constants: LayerConstants, space: LateralSpace) -> None:
    """Set ``e[i * n + l]`` to the S-PSP from l to i in units of theta."""
    order, S1, S2, e = space
    spikes, n = layer.spikes, _index(S1.size)
    spike0, zero, one = first_spike(layer, trial), np.float32(0.0), np.float32(1.0)
    fired = np.int64(spike_count(layer, trial))
    sort_by_time(spikes, spike0, 0, fired, order)
    S1[:] = zero
    S2[:] = zero
    e[:] = zero
    released = fired - 1 if constants.refractory > zero else -1
    spiked, arrived = fired - 1, fired - 1
    now = constants.trial_duration
    while arrived >= 0 and spikes[spike0 + order[arrived]].time + constants.delay > now:
        arrived -= 1
    while arrived >= 0:
        arrival = spikes[spike0 + order[arrived]].time + constants.delay
        spike = spikes[spike0 + order[spiked]].time if spiked >= 0 else _BEFORE
        release = spikes[spike0 + order[released]].time + constants.refractory if released >= 0 else _BEFORE
        time = min(now, max(arrival, spike, release))
        decay_syn, decay_m = math.exp((time - now) / constants.tau_syn), math.exp((time - now) / constants.tau_m)
        for i in range(n):
            S1[i] *= np.float32(decay_syn)
            S2[i] *= np.float32(decay_m)
        now = time
        if release >= spike and release >= arrival:
            own = _index(spikes[spike0 + order[released]].unit)
            S1[own] -= S2[own]
            S2[own] = zero
            released -= 1
        elif spike >= arrival:
            own = _index(spikes[spike0 + order[spiked]].unit)
            if constants.refractory == zero:  # the reset follows the spike at once
                S1[own] -= S2[own]
                S2[own] = zero
            S1[own] += one / constants.c
            S2[own] += one / constants.c
            spiked -= 1
        else:
            source = _index(spikes[spike0 + order[arrived]].unit)
            for i in range(n):
                e[i * n + source] += S2[i] - S1[i]
            arrived -= 1


@kernel(int64, int64, float32, LAYER_CONSTANTS, LAYER_TRIALS, _SPACE, float32[::1], fastmath=FLOAT_FLAGS)
def lateral_effects(
    first: int,
    last: int,
    inhibition: np.float32,
    constants: LayerConstants,
    layer: LayerTrials,
    space: LateralSpace,
    effect: NDArray[np.float32],
) -> None:
    """Set ``w0^2 sum_l e_il e_li/(theta_i theta_l o_i o_l)`` of every neuron, for trials ``first`` to before ``last``.

    Parameters
    ----------
    inhibition : float32
        w0, nA.
    effect : float32, shape (trials * neurons,)
        0 where a neuron is silent.
    """
    e, n, width = space.e, _index(space.S1.size), row_width(layer)
    for trial in range(_index(first), _index(last)):
        _s_psp(trial, layer, constants, space)
        for i in range(n):
            total = np.float32(0.0)
            for other in range(n):
                pairs = np.float32(layer.counts[trial * width + i] * layer.counts[trial * width + other])
                if other != i and pairs > np.float32(0.0):
                    total += e[i * n + other] * e[other * n + i] / pairs
            effect[trial * n + i] = inhibition * inhibition * total
