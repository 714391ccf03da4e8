"""Errors of neurons, from one layer to the layer below, and the summed potentials on which they rest.

docs/algorithm.md, section 10. The walk backwards through a trial is that of spike_errors_through_weights.py, of
potentials and with an error of 1: ``S2 - S1`` is what a unit of weight that arrives now adds to the potential at the
neuron's own later spikes, in units of theta. A neuron below takes the mean over its spikes of what that is worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import boolean, float32, int64

from pynn_sfdfa.event.batch.places import first_event, first_group, row_width, spikes_of_trial
from pynn_sfdfa.event.batch.reach import REACH
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.event.batch.walk import all_zero, take_window
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit, kernel, subroutine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.reach import Reach
    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["neuron_errors_through_weights"]

# Unsigned indices and flat arrays, for the reason given in forward.py.
_index = np.uint64
_ZERO, _ONE = np.uint64(0), np.uint64(1)

_SUM_FLAGS = FLOAT_FLAGS | {"reassoc"}
"""The order of a sum over lanes is the compiler's, but always the same."""


@subroutine(fastmath=_SUM_FLAGS)
def _arrive(
    weights: NDArray[np.float32],
    row: np.uint64,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    error: NDArray[np.float32],
    first: np.uint64,
    potential: NDArray[np.float32],
) -> np.float32:
    """Add what an arrival adds to the potentials, and return the sum of that times the errors."""
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
    place: np.uint64,
    site: np.uint64,
    below0: np.uint64,
    row0: np.uint64,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    ones: NDArray[np.float32],
    of_below: bool,
    below: LayerTrials,
    potential: NDArray[np.float32],
    result: NDArray[np.float32],
) -> None:
    """Set the potentials of one place, and add to the errors of the neurons below, which begin at ``row0``."""
    events, groups = layer.events, layer.groups
    lanes, width = _index(S1.size), row_width(layer)
    lane0, matrix = place * lanes, site * _index(layer.own_rows)
    event0, group0 = first_event(layer, place), first_group(layer, place)
    one, zero = np.float32(1.0), np.float32(0.0)
    S1[:] = zero
    S2[:] = zero
    carry[:] = zero
    group = group0 + _index(layer.places[place].n_groups)
    while group > group0:
        group -= _ONE
        decay_syn, decay_m = groups[group].decay_syn, groups[group].decay_m
        for lane in range(lanes):
            S1[lane] *= decay_syn
            S2[lane] *= decay_m
        take_window(place, group, site * width, layer, ones, _ZERO, False, True, constants, one, one, S1, S2, carry)
        for event in range(event0 + _index(groups[group].start), event0 + _index(groups[group + _ONE].start)):
            row = (matrix + _index(events[event].unit)) * width
            worth = _arrive(weights, row, S1, S2, error, lane0, potential)
            if of_below and events[event].source >= 0:  # not a spike of the layer itself
                result[row0 + _index(below.spikes[below0 + _index(events[event].source)].unit)] += worth


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _of_silent_above(
    trial: np.uint64,
    unit: np.uint64,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    lanes: np.uint64,
    reach: Reach,
    most: int,
) -> np.float32:
    """Return the sum of weight times error over the neurons a unit reaches that fired at most so often."""
    total, width = np.float32(0.0), row_width(layer)
    pattern, own = _index(reach.units[unit].pattern), reach.units[unit].row
    for k in range(_index(reach.offsets[pattern]), _index(reach.offsets[pattern + _ONE])):
        site = _index(reach.targets[k].site)
        place, row = trial * _index(layer.sites) + site, site * _index(layer.own_rows)
        row += _index(own + reach.targets[k].row)
        total += _of_silent(weights, row * width, error, place * lanes, layer.counts, place * width, lanes, most)
    return total


@jit(inline="always", fastmath=FLOAT_FLAGS)
def _through_weights(
    trial: np.uint64,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    ones: NDArray[np.float32],
    of_below: bool,
    below: LayerTrials,
    reach: Reach,
    silent_ratio: np.float32,
    potential: NDArray[np.float32],
    result: NDArray[np.float32],
) -> None:
    """Set the potentials of one trial, and the errors of the neurons below."""
    sites, lanes, width = _index(layer.sites), _index(S1.size), row_width(layer)
    units = _index(result.size // (error.size // (S1.size * layer.sites)))
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
        _through_place(
            trial * sites + site,
            site,
            below0,
            row0,
            weights,
            layer,
            error,
            constants,
            S1,
            S2,
            carry,
            ones,
            of_below,
            below,
            potential,
            result,
        )
    if not of_below:
        return
    of_unit = silent_ratio * (one - constants.tau_syn / constants.tau_m) / constants.c  # tau_syn/cm in units of theta
    any_silent = False
    for site in range(trial * sites, trial * sites + sites):
        for lane in range(lanes):
            any_silent |= layer.counts[site * width + lane] == 0
    cell_below = trial * _index(below.sites) * row_width(below)
    for j in range(units):
        count = below.counts[cell_below + j]
        if count == 0:
            result[row0 + j] = of_unit * _of_silent_above(
                trial, j, weights, layer, error, lanes, reach, constants.max_spikes
            )
            continue
        result[row0 + j] /= np.float32(count)
        if any_silent:
            result[row0 + j] += of_unit * _of_silent_above(trial, j, weights, layer, error, lanes, reach, 0)


@kernel(
    *(int64, int64, float32[::1], LAYER_TRIALS, float32[::1], LAYER_CONSTANTS),
    *(float32[::1], float32[::1], float32[::1], float32[::1], boolean, LAYER_TRIALS, REACH, float32),
    *(float32[::1], float32[::1]),
    fastmath=FLOAT_FLAGS,
)
def neuron_errors_through_weights(
    first: int,
    last: int,
    weights: NDArray[np.float32],
    layer: LayerTrials,
    error: NDArray[np.float32],
    constants: LayerConstants,
    S1: NDArray[np.float32],
    S2: NDArray[np.float32],
    carry: NDArray[np.float32],
    ones: NDArray[np.float32],
    of_below: bool,
    below: LayerTrials,
    reach: Reach,
    silent_ratio: np.float32,
    potential: NDArray[np.float32],
    result: NDArray[np.float32],
) -> None:
    """Set the error of every neuron of the layer below, for trials ``first`` to before ``last``.

    Parameters
    ----------
    weights : float32, shape (rows * width,)
        With which the trials were run.
    layer, constants
        Of the layer that is propagated through.
    error : float32, shape (trials * neurons,)
        Error of each neuron of that layer in each trial.
    S1, S2, carry : float32, shape (neurons of a site,)
        Scratch space.
    ones : float32, shape (neurons of a site,)
        What each spike counts.
    of_below : bool
        Whether there is a layer of neurons below; if not, the result is of no use.
    below
        That layer; any if there is none.
    reach
        Where its spikes arrive.
    silent_ratio : float32
        e/o where either neuron is silent, in tau_syn/cm.
    potential : float32, shape (trials * neurons,)
        Set to ``sum_j w_ij e_ij/theta``, whatever the errors; to 0 in trials that have none, where it is of no use.
    result : float32, shape (trials * units below,)
    """
    for trial in range(_index(first), _index(last)):
        _through_weights(
            trial,
            weights,
            layer,
            error,
            constants,
            S1,
            S2,
            carry,
            ones,
            of_below,
            below,
            reach,
            silent_ratio,
            potential,
            result,
        )
