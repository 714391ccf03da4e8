"""The backward pass: eligibility times error of every synapse of one layer, by reverse replay.

docs/algorithm.md, section 4, in the form of section 7: walking all events of a trial backwards in time with two
accumulators per postsynaptic neuron, S1 (decays with tau_syn) and S2 (with tau_m). A postsynaptic spike k with error
delta_k adds ``gamma_k = f_k (delta_k + (c/tau_m) S2)`` to both, and each arrival adds ``S1 - S2`` to the gradient of
its synapse. The neurons are split into blocks whose part of the gradient stays in cache; each block runs
through the trials in order, so the sums do not depend on which thread takes which block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.arrivals_by_unit import merged
from pynn_sfdfa.event.batch.lanes import STEP, add, load, scaled, scaled_minus, store
from pynn_sfdfa.event.batch.places import event_count, first_event, first_group, row_width
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.event.batch.walk import all_zero, take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["accumulate_gradient"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _FOUR = np.uint64(0), np.uint64(1), np.uint64(4)

_SMALLEST = np.float32(1e-12)
"""Accumulated decay at which S1 and S2 are brought up to date, long before float32 overflows."""


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _eligibility(
    lane: np.uint64 | int, S1: NDArray[np.float32], S2: NDArray[np.float32], decay_syn: np.float32, decay_m: np.float32
) -> NDArray[np.float32]:
    """Return what an arrival adds to the gradients of its synapses with the neurons from ``lane`` on."""
    return scaled_minus(load(S1, lane), decay_syn, scaled(load(S2, lane), decay_m))


@subroutine(fastmath=FLOAT_FLAGS)
def _add_by_unit(
    place: np.uint64,
    column: np.uint64,
    loud: np.uint64,
    layer: LayerTrials,
    rows: NDArray[np.float32],
    stride: np.uint64,
    lanes: np.uint64,
    gradient: NDArray[np.float32],
) -> None:
    """Add the rows of the groups in which a unit arrived to its gradient, the latest first: as one by one."""
    of_unit, event0 = layer.unit_groups, first_event(layer, place)
    units = _index(layer.unit_start.size // layer.places.size) - _ONE
    unit0 = place * (units + _ONE)
    for unit in range(units):
        first = event0 + _index(layer.unit_start[unit0 + unit])
        at = event0 + _index(layer.unit_start[unit0 + unit + _ONE])
        row = unit * stride + column
        while at > first and _index(of_unit[at - _ONE]) >= loud:
            at -= _ONE
        while at - first >= _FOUR:
            r0, r1 = _index(of_unit[at - _ONE]) * lanes, _index(of_unit[at - _index(2)]) * lanes
            r2, r3 = _index(of_unit[at - _index(3)]) * lanes, _index(of_unit[at - _FOUR]) * lanes
            for lane in range(_ZERO, lanes, STEP):
                pair = add(add(load(gradient, row + lane), load(rows, r0 + lane)), load(rows, r1 + lane))
                store(gradient, row + lane, add(add(pair, load(rows, r2 + lane)), load(rows, r3 + lane)))
            at -= _FOUR
        while at > first:
            at -= _ONE
            r0 = _index(of_unit[at]) * lanes
            for lane in range(_ZERO, lanes, STEP):
                store(gradient, row + lane, add(load(gradient, row + lane), load(rows, r0 + lane)))


@subroutine(fastmath=FLOAT_FLAGS)
def _add_of_silent(
    place: np.uint64,
    column: np.uint64,
    layer: LayerTrials,
    of_silent: NDArray[np.float32],
    stride: np.uint64,
    gradient: NDArray[np.float32],
) -> None:
    """Add what silent neurons learn of every unit that fired."""
    if not layer.dense:  # several units may have one row
        event = first_event(layer, place)
        end = event + event_count(layer, place)
        while event < end:
            if layer.events[event].first:
                row = _index(layer.events[event].unit) * stride + column
                for lane in range(_index(of_silent.size)):
                    gradient[row + lane] += of_silent[lane]
            event += _ONE
        return
    units = _index(layer.unit_start.size // layer.places.size) - _ONE
    unit0 = place * (units + _ONE)
    for unit in range(units):
        if layer.unit_start[unit0 + unit] < layer.unit_start[unit0 + unit + _ONE]:
            row = unit * stride + column
            for lane in range(_index(of_silent.size)):
                gradient[row + lane] += of_silent[lane]


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _replay_block(
    place: np.uint64,
    site: np.uint64,
    lowest: np.uint64,
    stride: np.uint64,
    at: np.uint64,
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    of_potential: bool,
    silent: np.float32,
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    rows: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Replay one place backwards for its neurons from ``lowest``, as many as S1 has."""
    events, groups = layer.events, layer.groups
    lanes, width = _index(S1.size), row_width(layer)
    first = place * width + lowest  # the first of them among the neurons of all trials
    neuron = site * width + lowest  # and among those of its own
    column = site * _index(layer.own_rows) * stride + at  # where their rows of the gradient begin
    event0, group0 = first_event(layer, place), first_group(layer, place)
    one, zero = np.float32(1.0), np.float32(0.0)
    if not of_spikes and all_zero(error, first, lanes):  # as where a loss has a margin
        return
    S1[:] = zero
    S2[:] = zero
    carry[:] = zero
    few = rows.size >= lanes and merged(layer, place)
    # S1 and S2 are kept as at a later time, and decay_syn and decay_m lead from then to now: no store between spikes.
    decay_syn, decay_m = one, one
    group = group0 + _index(layer.places[place].n_groups)
    loud = _ZERO  # as many groups are not quiet
    quiet = True  # until the last spike of the block is met, S1 and S2 are zero
    while group > group0:
        group -= _ONE
        decay_syn *= groups[group].decay_syn
        decay_m *= groups[group].decay_m
        if decay_syn < _SMALLEST:
            for lane in range(_ZERO, lanes, STEP):
                store(S1, lane, scaled(load(S1, lane), decay_syn))
                store(S2, lane, scaled(load(S2, lane), decay_m))
            decay_syn, decay_m = one, one
        spiked = take_window(
            place,
            group,
            neuron,
            layer,
            error,
            first,
            of_spikes,
            of_potential,
            constants,
            decay_syn,
            decay_m,
            S1,
            S2,
            carry,
        )
        quiet = quiet and not spiked
        if quiet:
            continue
        if few:
            loud = group - group0 + _ONE if loud == _ZERO else loud
            row = (group - group0) * lanes
            for lane in range(_ZERO, lanes, STEP):
                store(rows, row + lane, _eligibility(lane, S1, S2, decay_syn, decay_m))
            continue
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = _index(events[event].unit) * stride + column
            for lane in range(_ZERO, lanes, STEP):
                learned = _eligibility(lane, S1, S2, decay_syn, decay_m)
                store(gradient, row + lane, add(load(gradient, row + lane), learned))
    if few:
        _add_by_unit(place, column, loud, layer, rows, stride, lanes, gradient)
    if silent != zero:
        S1[:] = zero
        for lane in range(lanes):
            if layer.counts[first + lane] == 0:
                S1[lane] = error[first + lane] * silent
        _add_of_silent(place, column, layer, S1, stride, gradient)


@kernel(
    *(int64, int64, int64, int64, LAYER_TRIALS, float32[::1], boolean, boolean, float32, LAYER_CONSTANTS),
    *(int64, int64, int64),
    *(float32[::1], float32[::1], float32[::1], float32[::1], float32[::1]),
    fastmath=FLOAT_FLAGS,
)
def accumulate_gradient(
    first: int,
    last: int,
    first_site: int,
    last_site: int,
    layer: LayerTrials,
    error: NDArray[np.float32],
    of_spikes: bool,
    of_potential: bool,
    silent: np.float32,
    constants: LayerConstants,
    lowest: int,
    stride: int,
    column: int,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    rows: NDArray[np.float32],
    gradient: NDArray[np.float32],
) -> None:
    """Add error times eligibility to the gradient of a block of neurons.

    Summed over the sites ``first_site`` to before ``last_site`` in the trials ``first`` to before ``last``.

    Parameters
    ----------
    error : float32, shape (places * width,)
        Error of each neuron in each trial, times any scale.
    of_spikes : bool
        Whether the errors of single spikes, left by backpropagation, count too.
    of_potential : bool
        Whether it is the gradient of the potential at the spikes (section 10), and not of their times.
    silent : float32
        What is taken for the gradient of inputs that fired in neurons that did not.
    lowest : int
        First neuron of the block, among those of a site.
    stride, column : int
        How far rows of ``gradient`` lie apart, and where in the first one the block begins.
    S1, S2, carry : float32, shape (neurons of the block,)
        Scratch space.
    rows : float32, shape (groups * neurons of the block,)
        The same, for trials whose events come in few groups; if it is empty, they are taken one event at a time.
    gradient : float32, shape (rows * stride,)
        Changed in place. For plain gradient descent it can be the weights themselves, the error scaled by -eta.
    """
    for trial in range(_index(first), _index(last)):
        for site in range(_index(first_site), _index(last_site)):
            _replay_block(
                trial * _index(layer.sites) + site,
                site,
                _index(lowest),
                _index(stride),
                _index(column),
                layer,
                error,
                of_spikes,
                of_potential,
                silent,
                constants,
                S1,
                S2,
                carry,
                rows,
                gradient,
            )
