"""The backward pass: eligibility times error of every synapse of one layer, by reverse replay.

docs/algorithm.md, section 4, in the form of section 7: walking all events of a trial backwards in time with two
accumulators per postsynaptic neuron, S1 (decays with tau_syn) and S2 (with tau_m). A postsynaptic spike k with error
delta_k adds ``gamma_k = f_k (delta_k + (c/tau_m) S2)`` to both, and each arrival adds ``S1 - S2`` to the gradient of
its synapse. The neurons are split into blocks whose part of the gradient stays in cache; each block runs
through the trials in order, so the sums do not depend on which thread takes which block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.arrivals_by_unit import merged
from pynn_sfdfa.event.batch.lanes import STEP, add, load, scaled, scaled_minus, store
from pynn_sfdfa.event.batch.own_spikes import OWN_WINDOWS
from pynn_sfdfa.event.batch.places import event_count, first_event, first_group, row_width
from pynn_sfdfa.event.batch.replayed import ACCUMULATORS, REPLAYED, clear
from pynn_sfdfa.event.batch.walk import Walk, all_zero, spikes_of_window, take_releases, take_spikes
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.own_spikes import OwnWindows
    from pynn_sfdfa.event.batch.records import LayerTrials
    from pynn_sfdfa.event.batch.replayed import Accumulators, Replayed

__all__ = ["COLUMNS", "Columns", "accumulate_gradient"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE, _FOUR = np.uint64(0), np.uint64(1), np.uint64(4)

_SMALLEST = np.float32(1e-12)
"""Accumulated decay at which S1 and S2 are brought up to date, long before float32 overflows."""


class Columns(NamedTuple):
    """Where the gradient of a block of neurons is added up.

    For plain gradient descent that can be the weights themselves, the errors scaled by -eta.
    """

    gradient: NDArray[np.float32]  # (rows * stride,)
    stride: int | np.uint64  # how far the rows lie apart
    first: int | np.uint64  # where in the first of them the block begins


COLUMNS = numba.typeof(Columns(np.empty(0, np.float32), 1, 0))
"""Type of `Columns` in kernels."""


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _eligibility(
    lane: np.uint64 | int, S1: NDArray[np.float32], S2: NDArray[np.float32], decay_syn: np.float32, decay_m: np.float32
) -> NDArray[np.float32]:
    """Return what an arrival adds to the gradients of its synapses with the neurons from ``lane`` on."""
    return scaled_minus(load(S1, lane), decay_syn, scaled(load(S2, lane), decay_m))


@subroutine(fastmath=FLOAT_FLAGS)
def _add_by_unit(
    place: np.uint64,
    loud: np.uint64,
    layer: LayerTrials,
    rows: NDArray[np.float32],
    lanes: np.uint64,
    columns: Columns,
) -> None:
    """Add the rows of the groups in which a unit arrived to its gradient, the latest first: as one by one."""
    gradient, stride, column = columns.gradient, _index(columns.stride), _index(columns.first)
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
def _add_of_silent(place: np.uint64, layer: LayerTrials, of_silent: NDArray[np.float32], columns: Columns) -> None:
    """Add what silent neurons learn of every unit that fired."""
    gradient, stride, column = columns.gradient, _index(columns.stride), _index(columns.first)
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
    what: Replayed,
    of_potential: bool,
    silent: np.float32,
    own: OwnWindows,
    sums: Accumulators,
    rows: NDArray[np.float32],
    columns: Columns,
) -> None:
    """Replay one place backwards for its neurons from ``lowest``, as many as S1 has."""
    layer, error, S1, S2 = what.layer, what.error, sums.S1, sums.S2
    gradient, stride = columns.gradient, _index(columns.stride)
    events, groups = layer.events, layer.groups
    lanes, width = _index(S1.size), row_width(layer)
    first = place * width + lowest  # the first of them among the neurons of all trials
    neuron = site * width + lowest  # and among those of its own
    column = site * _index(layer.own_rows) * stride + _index(columns.first)  # where their rows of the gradient begin
    of_site = Columns(gradient, stride, column)
    event0, group0 = first_event(layer, place), first_group(layer, place)
    one, zero = np.float32(1.0), np.float32(0.0)
    if not what.of_spikes and all_zero(error, first, lanes):  # as where a loss has a margin
        return
    clear(sums)
    walk = Walk(place, neuron, what, first, of_potential)
    few = rows.size >= lanes and merged(layer, place)
    # S1 and S2 are kept as at a later time, and decay_syn and decay_m lead from then to now: no store between spikes.
    decay_syn, decay_m = one, one
    group = group0 + _index(layer.places[place].n_groups)
    loud = _ZERO  # as many groups are not quiet
    quiet = True  # until the last spike of the block is met, S1 and S2 are zero
    listed = own.spikes.size > 0
    spikes, first_listed, end_listed = layer.spikes, _ZERO, _ZERO
    if listed:
        spikes, first_listed, end_listed = own.spikes, _index(own.begin[place]), _index(own.end[place])
    while group > group0:
        group -= _ONE
        decay_syn *= groups[group].decay_syn
        decay_m *= groups[group].decay_m
        if decay_syn < _SMALLEST:
            for lane in range(_ZERO, lanes, STEP):
                store(S1, lane, scaled(load(S1, lane), decay_syn))
                store(S2, lane, scaled(load(S2, lane), decay_m))
            decay_syn, decay_m = one, one
        take_releases(group, walk, decay_syn, decay_m, sums)
        if listed:
            begin = end = end_listed
            while begin > first_listed and _index(spikes[begin - _ONE].released) == group - group0:
                begin -= _ONE
            end_listed = begin
        else:
            begin, end = spikes_of_window(place, group, layer)
        spiked = take_spikes(begin, end, spikes, walk, decay_syn, decay_m, sums)
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
        _add_by_unit(place, loud, layer, rows, lanes, of_site)
    if silent != zero:
        S1[:] = zero
        for lane in range(lanes):
            if layer.counts[first + lane] == 0:
                S1[lane] = error[first + lane] * silent
        _add_of_silent(place, layer, S1, of_site)


@kernel(
    *(int64, int64, int64, int64, REPLAYED, boolean, float32, int64, OWN_WINDOWS, ACCUMULATORS, float32[::1], COLUMNS),
    fastmath=FLOAT_FLAGS,
)
def accumulate_gradient(
    first: int,
    last: int,
    first_site: int,
    last_site: int,
    what: Replayed,
    of_potential: bool,
    silent: np.float32,
    lowest: int,
    own: OwnWindows,
    sums: Accumulators,
    rows: NDArray[np.float32],
    columns: Columns,
) -> None:
    """Add error times eligibility to the gradient of a block of neurons.

    Summed over the sites ``first_site`` to before ``last_site`` in the trials ``first`` to before ``last``.

    Parameters
    ----------
    what
        Its errors may be times any scale.
    of_potential : bool
        Whether it is the gradient of the potential at the spikes (section 10), and not of their times.
    silent : float32
        What is taken for the gradient of inputs that fired in neurons that did not.
    lowest : int
        First neuron of the block, among those of a site.
    own
        The spikes of the block, or none: then those of all neurons are looked through.
    sums
        For the neurons of the block.
    rows : float32, shape (groups * neurons of the block,)
        Scratch space, for trials whose events come in few groups; if it is empty, they are taken one event at a time.
    columns
        Changed in place.
    """
    sites, begin = _index(what.layer.sites), _index(lowest)
    for trial in range(_index(first), _index(last)):
        for site in range(_index(first_site), _index(last_site)):
            _replay_block(trial * sites + site, site, begin, what, of_potential, silent, own, sums, rows, columns)
