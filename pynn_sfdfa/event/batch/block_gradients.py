"""The backward pass of weight_gradients.py for a block of neurons whose own spikes are listed.

Between two spikes of a block S1 and S2 only decay, so what events between them add to the gradient takes one run
through the events, with S1 and S2 in registers. The bits are those of `accumulate_gradient`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.lanes import STEP, add, load, scaled, scaled_minus, store
from pynn_sfdfa.event.batch.own_spikes import OWN_SPIKES
from pynn_sfdfa.event.batch.places import first_event, first_spike, row_width
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.own_spikes import OwnSpikes
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["accumulate_block"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@subroutine(fastmath=FLOAT_FLAGS)
def _add_events(
    first: np.uint64,
    last: np.uint64,
    stride: np.uint64,
    column: np.uint64,
    layer: LayerTrials,
    own: OwnSpikes,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Add what events ``first`` to before ``last`` give, the latest first, two steps of lanes a run."""
    events, later, lanes = layer.events, own.later, _index(S1.size)
    lane = _ZERO
    while lane + STEP < lanes:
        a, b, a_next, b_next = load(S1, lane), load(S2, lane), load(S1, lane + STEP), load(S2, lane + STEP)
        event = last
        while event > first:
            event -= _ONE
            row = _index(events[event].unit) * stride + column + lane
            syn, m = later[event].syn, later[event].m
            store(gradient, row, add(load(gradient, row), scaled_minus(a, syn, scaled(b, m))))
            row += STEP
            store(gradient, row, add(load(gradient, row), scaled_minus(a_next, syn, scaled(b_next, m))))
        lane += STEP + STEP
    if lane < lanes:
        a, b, event = load(S1, lane), load(S2, lane), last
        while event > first:
            event -= _ONE
            row = _index(events[event].unit) * stride + column + lane
            store(gradient, row, add(load(gradient, row), scaled_minus(a, later[event].syn, scaled(b, later[event].m))))


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _replay(
    trial: np.uint64,
    block: np.uint64,
    lowest: np.uint64,
    blocks: np.uint64,
    stride: np.uint64,
    column: np.uint64,
    layer: LayerTrials,
    own: OwnSpikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Replay one trial backwards for one block."""
    spikes, width, lost = layer.spikes, row_width(layer), constants.drop / constants.tau_m
    begin = trial * (_index(own.spikes.size) // _index(layer.places.size))
    start = trial * (blocks + _ONE) + block
    first, at = begin + _index(own.start[start]), begin + _index(own.start[start + _ONE])
    if first == at:
        return
    spike0, event0, error0 = first_spike(layer, trial), first_event(layer, trial), trial * width
    S1[:] = np.float32(0.0)
    S2[:] = np.float32(0.0)
    event = event0 + _index(own.spikes[at - _ONE].until)
    while at > first:
        at -= _ONE
        until = event0 + _index(own.spikes[at].until)
        if until < event:
            _add_events(until, event, stride, column, layer, own, S1, S2, gradient)
            event = until
        spike = spike0 + _index(own.spikes[at].spike)
        unit = _index(spikes[spike].unit)
        lane = unit - lowest
        delta = error[error0 + unit] + (spikes[spike].error if of_spikes else np.float32(0.0))
        gamma = spikes[spike].factor * (delta + lost * S2[lane] * own.spikes[at].m / spikes[spike].since_m)
        S1[lane] += gamma * spikes[spike].since_syn * own.spikes[at].per_syn
        S2[lane] += gamma * spikes[spike].since_m * own.spikes[at].per_m
    _add_events(event0, event, stride, column, layer, own, S1, S2, gradient)


@kernel(
    *(int64, int64, int64, int64, int64, LAYER_TRIALS, OWN_SPIKES, float32[::1], boolean, LAYER_CONSTANTS),
    *(float32[::1], float32[::1], float32[::1]),
    fastmath=FLOAT_FLAGS,
)
def accumulate_block(
    n_trials: int,
    lowest: int,
    lanes: int,
    stride: int,
    column: int,
    layer: LayerTrials,
    own: OwnSpikes,
    error: NDArray[np.float32],
    of_spikes: bool,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Add error times eligibility to the gradient of the neurons from ``lowest`` on, summed over the first trials.

    Parameters
    ----------
    lanes : int
        Neurons of a block, for which `list_own_spikes` has listed the spikes; the last one may have fewer.
    S1, S2 : float32, shape (neurons of this block,)
        Scratch space.
    others
        As of `accumulate_gradient`.
    """
    blocks = (row_width(layer) + _index(lanes) - _ONE) // _index(lanes)
    block, first, apart, begin = _index(lowest) // _index(lanes), _index(lowest), _index(stride), _index(column)
    for trial in range(_index(n_trials)):
        _replay(trial, block, first, blocks, apart, begin, layer, own, error, of_spikes, constants, S1, S2, gradient)
