"""Errors of neurons, from one layer to the layer below, and the summed potentials on which they rest.

docs/algorithm.md, section 10. The walk backwards through a trial is that of spike_errors_through_weights.py, of
potentials and with an error of 1: ``S2 - S1`` is what a unit of weight that arrives now adds to the potential at the
neuron's own later spikes, in units of theta. A neuron below takes the mean over its spikes of what that is worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.places import first_event, first_group, row_width, spikes_of_trial
from pynn_sfdfa.event.batch.reach import any_reach
from pynn_sfdfa.event.batch.records import ANY_CONSTANTS, allocate_trials
from pynn_sfdfa.event.batch.replayed import ACCUMULATORS, Replayed, clear, decay
from pynn_sfdfa.event.batch.walk import Walk, all_zero, take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.reach import Reach
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials
    from pynn_sfdfa.event.batch.replayed import Accumulators

__all__ = ["Passage", "neuron_errors_through_weights"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Passage(NamedTuple):
    """From one layer to the neurons of the layer below: what is given, and what is set."""

    weights: NDArray[np.float32]  # (rows * width,): with which the trials were run
    layer: LayerTrials  # that is propagated through
    constants: LayerConstants
    error: NDArray[np.float32]  # (trials * neurons,): of each neuron in each trial
    ones: NDArray[np.float32]  # (neurons of a site,): what each spike counts
    of_below: bool  # whether there is a layer of neurons below; if not, the result is of no use
    below: LayerTrials  # that layer; any if there is none
    reach: Reach  # where its spikes arrive
    silent_ratio: np.float32  # e/o where either neuron is silent, in tau_syn/cm
    potential: NDArray[np.float32]
    """Shape (trials * neurons,). Set to ``sum_j w_ij e_ij/theta``, whatever the errors; to 0 in trials that have none,
    where it is of no use."""
    result: NDArray[np.float32]  # (trials * units below,)


_numbers, _trials = np.empty(0, np.float32), allocate_trials(1, 1, 1, 1)
_PASSAGE = numba.typeof(
    Passage(
        *(_numbers, _trials, ANY_CONSTANTS, _numbers, _numbers, False, _trials, any_reach(), np.float32(1.0)),
        *(_numbers, _numbers),
    )
)

_SUM_FLAGS = FLOAT_FLAGS | {"reassoc"}
"""The order of a sum over lanes is the compiler's, but always the same."""


@subroutine(fastmath=_SUM_FLAGS)
def _arrive(
    weights: NDArray[np.float32],
    row: np.uint64,
    sums: Accumulators,
    error: NDArray[np.float32],
    first: np.uint64,
    potential: NDArray[np.float32],
) -> np.float32:
    """Add what an arrival adds to the potentials, and return the sum of that times the errors."""
    S1, S2 = sums.S1, sums.S2
    total = np.float32(0.0)
    for lane in range(_index(S1.size)):
        added = weights[row + lane] * (S2[lane] - S1[lane])
        potential[first + lane] += added
        total += added * error[first + lane]
    return total


@subroutine(fastmath=_SUM_FLAGS)
def _of_silent(
    weights: NDArray[np.float32],
    row: np.uint64,
    error: NDArray[np.float32],
    first: np.uint64,
    counts: NDArray[np.int32],
    cell: np.uint64,
    lanes: np.uint64,
    most: int,
) -> np.float32:
    """Return the sum of weight times error over the neurons that fired at most so often."""
    total = np.float32(0.0)
    for lane in range(lanes):
        total += weights[row + lane] * error[first + lane] if counts[cell + lane] <= most else np.float32(0.0)
    return total


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _through_place(
    place: np.uint64, site: np.uint64, below0: np.uint64, row0: np.uint64, passage: Passage, sums: Accumulators
) -> None:
    """Set the potentials of one place, and add to the errors of the neurons below, which begin at ``row0``."""
    weights, layer, error, below = passage.weights, passage.layer, passage.error, passage.below
    potential, result = passage.potential, passage.result
    events, groups = layer.events, layer.groups
    lanes, width = _index(sums.S1.size), row_width(layer)
    walk = Walk(place, site * width, Replayed(layer, passage.constants, passage.ones, False), _ZERO, True)
    lane0, matrix = place * lanes, site * _index(layer.own_rows)
    event0, group0 = first_event(layer, place), first_group(layer, place)
    one = np.float32(1.0)
    clear(sums)
    group = group0 + _index(layer.places[place].n_groups)
    while group > group0:
        group -= _ONE
        decay(groups[group].decay_syn, groups[group].decay_m, sums)
        take_window(group, walk, one, one, sums)
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = (matrix + _index(events[event].unit)) * width
            worth = _arrive(weights, row, sums, error, lane0, potential)
            if passage.of_below and events[event].source >= 0:  # not a spike of the layer itself
                result[row0 + _index(below.spikes[below0 + _index(events[event].source)].unit)] += worth


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _of_silent_above(trial: np.uint64, unit: np.uint64, lanes: np.uint64, most: int, passage: Passage) -> np.float32:
    """Return the sum of weight times error over the neurons a unit reaches that fired at most so often."""
    weights, layer, error, reach = passage.weights, passage.layer, passage.error, passage.reach
    total, width = np.float32(0.0), row_width(layer)
    pattern, own = _index(reach.units[unit].pattern), reach.units[unit].row
    for k in range(_index(reach.offsets[pattern]), _index(reach.offsets[pattern + _ONE])):
        site = _index(reach.targets[k].site)
        place, row = trial * _index(layer.sites) + site, site * _index(layer.own_rows)
        row += _index(own + reach.targets[k].row)
        total += _of_silent(weights, row * width, error, place * lanes, layer.counts, place * width, lanes, most)
    return total


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _through_weights(trial: np.uint64, passage: Passage, sums: Accumulators) -> None:
    """Set the potentials of one trial, and the errors of the neurons below."""
    layer, below, constants, error = passage.layer, passage.below, passage.constants, passage.error
    potential, result = passage.potential, passage.result
    sites, lanes, width = _index(layer.sites), _index(sums.S1.size), row_width(layer)
    units = _index(result.size // (error.size // (sums.S1.size * layer.sites)))
    row0, lane0 = trial * units, trial * sites * lanes
    below0, _ = spikes_of_trial(below, trial)
    one, zero = np.float32(1.0), np.float32(0.0)
    for lane in range(sites * lanes):
        potential[lane0 + lane] = zero
    for j in range(units):
        result[row0 + j] = zero
    if all_zero(error, lane0, sites * lanes):
        return
    for site in range(sites):
        _through_place(trial * sites + site, site, below0, row0, passage, sums)
    if not passage.of_below:
        return
    # Of tau_syn/cm in units of theta.
    of_unit = passage.silent_ratio * (one - constants.tau_syn / constants.tau_m) / constants.c
    any_silent = False
    for site in range(trial * sites, trial * sites + sites):
        for lane in range(lanes):
            any_silent |= layer.counts[site * width + lane] == 0
    cell_below = trial * _index(below.sites) * row_width(below)
    for j in range(units):
        count = below.counts[cell_below + j]
        if count == 0:
            result[row0 + j] = of_unit * _of_silent_above(trial, j, lanes, constants.max_spikes, passage)
            continue
        result[row0 + j] /= np.float32(count)
        if any_silent:
            result[row0 + j] += of_unit * _of_silent_above(trial, j, lanes, 0, passage)


@kernel(int64, int64, _PASSAGE, ACCUMULATORS, fastmath=FLOAT_FLAGS)
def neuron_errors_through_weights(first: int, last: int, passage: Passage, sums: Accumulators) -> None:
    """Set the error of every neuron of the layer below, for trials ``first`` to before ``last``.

    ``sums`` are for the neurons of a site.
    """
    for trial in range(_index(first), _index(last)):
        _through_weights(trial, passage, sums)
