"""A trial of one layer: all its ticks forwards, and the replay backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from oracles.spike_events import Events

from pynn_sfdfa.hardware.arithmetic.neuron import advance, arrive, at_rest, fire, spike_factor, take_up
from pynn_sfdfa.hardware.arithmetic.random import extended
from pynn_sfdfa.hardware.arithmetic.replay import begin_replay, change_row, replay_decay, replay_spike
from pynn_sfdfa.hardware.arithmetic.timed import begin_pull, pull_decay, pull_spike, spike_delta, timed_spike
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.arithmetic.formats import FormatConstants, Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants, NeuronState

__all__ = ["Replayed", "learn_layer", "learn_layer_timed", "run_layer"]


@jit
def run_layer(
    arriving: Events,
    weights: Integers,
    perturbation: Integers,
    learning: bool,
    constants: NeuronConstants,
    formats: FormatConstants,
    tally: Integers,
) -> tuple[Events, NeuronState]:
    """Run a layer from rest to the end of a trial; return its spikes and its last state.

    Parameters
    ----------
    arriving : Events
        What each tick takes up.
    weights : Integers, shape (n_pre, n_post)
    perturbation : Integers, shape (n_post,)
    learning : bool
        Without it spikes get neither grade nor factor.
    """
    n, ticks = weights.shape[1], arriving.offsets.size - 1
    state, fired = at_rest(n), np.empty(n, np.int64)
    found = np.zeros((3, n * min(ticks, constants.max_spikes)), np.int64)
    spikes = Events(found[0], found[1], found[2], np.zeros(ticks + 1, np.int64))
    end = 0
    for tick in range(ticks):
        first, last = arriving.offsets[tick], arriving.offsets[tick + 1]
        for event in range(first, last):
            arrive(weights[arriving.unit[event]], arriving.grade[event], state, formats)
        if last > first:
            take_up(state, formats, tally)
        for k in range(advance(state, constants, fired)):
            i = fired[k]
            if learning:
                spikes.factor[end] = spike_factor(state.A[i], constants, formats, tally)
                spikes.grade[end] = fire(state, i, perturbation[i], constants, tally)
            else:
                fire(state, i, 0, constants, tally)
            spikes.unit[end] = i
            end += 1
        spikes.offsets[tick + 1] = end
    return spikes, state


class Replayed(NamedTuple):
    """A trial of a layer, as it is replayed.

    Attributes
    ----------
    arriving, spikes : Events
        What each tick took up, and who fired in it.
    weights : Integers, shape (n_pre, n_post)
        They are changed.
    error : Integers, shape (n_post,)
    gain : int
        eta tau_m/c.
    rounding_key : int
        Seed, FOR_ROUNDING, layer and trial.
    constants : NeuronConstants
    """

    arriving: Events
    spikes: Events
    weights: Integers
    error: Integers
    gain: int
    rounding_key: int
    constants: NeuronConstants


@jit
def learn_layer(
    own: Replayed,
    formats: FormatConstants,
    tally: Integers,
) -> None:
    """Change the weights to a layer, in place, by replaying a trial of it backwards."""
    arriving, spikes, weights, error, gain, rounding_key, constants = own
    state = begin_replay(error, gain, formats, tally)
    for tick in range(arriving.offsets.size - 2, -1, -1):
        if spikes.offsets[tick] == spikes.offsets[-1]:  # nobody fired since: S1 and S2 are zero
            continue
        for spike in range(spikes.offsets[tick], spikes.offsets[tick + 1]):
            replay_spike(state, spikes.unit[spike], spikes.factor[spike], formats, tally)
        replay_decay(state, constants)
        for event in range(arriving.offsets[tick], arriving.offsets[tick + 1]):
            unit = arriving.unit[event]
            word = extended(extended(rounding_key, tick), unit)
            change_row(weights[unit], state.change, word, formats, tally)


@jit
def learn_layer_timed(
    own: Replayed,
    outputs: Events,
    output_error: Integers,
    feedback: Integers,
    timed_gain: int,
    lag: int,
    output_constants: NeuronConstants,
    formats: FormatConstants,
    tally: Integers,
) -> None:
    """As `learn_layer`, with an error for each spike beside that of its neuron.

    Parameters
    ----------
    outputs : Events
        The spikes of the output layer, by tick.
    output_error : Integers, shape (outputs,)
    feedback : Integers, shape (outputs, n_post)
    timed_gain : int
    lag : int
        Ticks from a spike of this layer to the tick in which the output layer takes it up.
    output_constants : NeuronConstants
    """
    arriving, spikes, weights, error, gain, rounding_key, constants = own
    state, pulled = begin_replay(error, gain, formats, tally), begin_pull(output_error, tally)
    ticks = arriving.offsets.size - 1
    reached = ticks  # the output stands at the beginning of this tick
    for tick in range(ticks - 1, -1, -1):
        while reached > tick + lag:
            reached -= 1
            for spike in range(outputs.offsets[reached], outputs.offsets[reached + 1]):
                pull_spike(pulled, outputs.unit[spike], outputs.factor[spike], formats, tally)
            pull_decay(pulled, output_constants, tally)
        if spikes.offsets[tick] == spikes.offsets[-1]:
            continue
        for spike in range(spikes.offsets[tick], spikes.offsets[tick + 1]):
            i = spikes.unit[spike]
            delta = spike_delta(feedback[:, i], pulled.change, timed_gain, formats, tally)
            timed_spike(state, i, spikes.factor[spike], delta, formats, tally)
        replay_decay(state, constants)
        for event in range(arriving.offsets[tick], arriving.offsets[tick + 1]):
            unit = arriving.unit[event]
            word = extended(extended(rounding_key, tick), unit)
            change_row(weights[unit], state.change, word, formats, tally)
