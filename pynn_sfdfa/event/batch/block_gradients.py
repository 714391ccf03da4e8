"""The backward pass of weight_gradients.py for a block of neurons whose own spikes are listed.

Between two spikes of a block S1 and S2 only decay, so what events between them add to the gradient takes one run
through the events, with S1 and S2 in registers. The bits are those of `accumulate_gradient`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.lanes import STEP, add, load, scaled, scaled_minus, store
from pynn_sfdfa.event.batch.own_spikes import OWN_SPIKES
from pynn_sfdfa.event.batch.places import first_event, first_spike, row_width
from pynn_sfdfa.event.batch.replayed import ACCUMULATORS, REPLAYED, clear
from pynn_sfdfa.event.batch.weight_gradients import COLUMNS
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from pynn_sfdfa.event.batch.own_spikes import OwnSpikes
    from pynn_sfdfa.event.batch.records import LayerTrials
    from pynn_sfdfa.event.batch.replayed import Accumulators, Replayed
    from pynn_sfdfa.event.batch.weight_gradients import Columns

__all__ = ["accumulate_block"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@subroutine(fastmath=FLOAT_FLAGS)
def _add_events(
    first: np.uint64, last: np.uint64, layer: LayerTrials, own: OwnSpikes, sums: Accumulators, columns: Columns
) -> None:
    """Add what events ``first`` to before ``last`` give, the latest first, two steps of lanes a run."""
    S1, S2, gradient = sums.S1, sums.S2, columns.gradient
    stride, column = _index(columns.stride), _index(columns.first)
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
    what: Replayed,
    own: OwnSpikes,
    sums: Accumulators,
    columns: Columns,
) -> None:
    """Replay one trial backwards for one block."""
    layer, constants, error, of_spikes = what
    S1, S2 = sums.S1, sums.S2
    spikes, width, lost = layer.spikes, row_width(layer), constants.drop / constants.tau_m
    begin = trial * (_index(own.spikes.size) // _index(layer.places.size))
    start = trial * (blocks + _ONE) + block
    first, at = begin + _index(own.start[start]), begin + _index(own.start[start + _ONE])
    if first == at:
        return
    spike0, event0, error0 = first_spike(layer, trial), first_event(layer, trial), trial * width
    clear(sums)
    event = event0 + _index(own.spikes[at - _ONE].until)
    while at > first:
        at -= _ONE
        until = event0 + _index(own.spikes[at].until)
        if until < event:
            _add_events(until, event, layer, own, sums, columns)
            event = until
        spike = spike0 + _index(own.spikes[at].spike)
        unit = _index(spikes[spike].unit)
        lane = unit - lowest
        delta = error[error0 + unit] + (spikes[spike].error if of_spikes else np.float32(0.0))
        gamma = spikes[spike].factor * (delta + lost * S2[lane] * own.spikes[at].m / spikes[spike].since_m)
        S1[lane] += gamma * spikes[spike].since_syn * own.spikes[at].per_syn
        S2[lane] += gamma * spikes[spike].since_m * own.spikes[at].per_m
    _add_events(event0, event, layer, own, sums, columns)


@kernel(int64, int64, int64, REPLAYED, OWN_SPIKES, ACCUMULATORS, COLUMNS, fastmath=FLOAT_FLAGS)
def accumulate_block(
    n_trials: int,
    lowest: int,
    lanes: int,
    what: Replayed,
    own: OwnSpikes,
    sums: Accumulators,
    columns: Columns,
) -> None:
    """Add error times eligibility to the gradient of the neurons from ``lowest`` on, summed over the first trials.

    Parameters
    ----------
    lanes : int
        Neurons of a block, for which `list_own_spikes` has listed the spikes; the last one may have fewer.
    others
        As of `accumulate_gradient`.
    """
    blocks = (row_width(what.layer) + _index(lanes) - _ONE) // _index(lanes)
    block, first = _index(lowest) // _index(lanes), _index(lowest)
    for trial in range(_index(n_trials)):
        _replay(trial, block, first, blocks, what, own, sums, columns)
