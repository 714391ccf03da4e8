"""A trial: all ticks of all layers, and what each layer must remember of it in order to learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.events import Arrivals, sums
from pynn_sfdfa.hardware.arithmetic.neuron import NeuronState, fire, rest, spike_factor, take_up, tick
from pynn_sfdfa.hardware.arithmetic.random import ROUNDING, key, row_words
from pynn_sfdfa.hardware.arithmetic.replay import begin, change_row, replay_decay, replay_spikes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.hardware.arithmetic.formats import Formats, Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronConstants
    from pynn_sfdfa.hardware.arithmetic.tally import Tally

__all__ = ["LayerTrial", "learn", "run"]

_NOTHING = Arrivals(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass
class LayerTrial:
    """What happened to a layer, for each tick, and its state at the end.

    Attributes
    ----------
    arrivals : list of Arrivals
        What each tick took up.
    fired : list of (trial, neuron)
        Who fired in each tick.
    grade, factor : list of Integers
        Of these spikes; factors are there only of a trial that is to be learned from.
    """

    state: NeuronState
    arrivals: list[Arrivals]
    fired: list[tuple[Integers, Integers]] = field(default_factory=list)
    grade: list[Integers] = field(default_factory=list)
    factor: list[Integers] = field(default_factory=list)


def run(
    inputs: list[Arrivals],
    trials: int,
    u: Sequence[Integers],
    constants: Sequence[NeuronConstants],
    perturbations: Sequence[Integers] | None,
    delay: int,
    formats: Formats,
    tally: Tally,
) -> list[LayerTrial]:
    """Run a batch of trials from rest.

    Parameters
    ----------
    inputs : list of Arrivals, one per tick
        At the first layer.
    trials : int
        Trials in the batch.
    u : sequence of Integers, shape (n_pre, n_post)
        Weights in the format of the input.
    perturbations : sequence of Integers, shape (trials, neurons), optional
        v of each layer; without them spikes carry no grades and nothing for learning is kept.
    delay : int
        Ticks between the tick after a spike and its arrival.
    """
    layers = [
        LayerTrial(rest((trials, weights.shape[1])), inputs if k == 0 else [_NOTHING] * len(inputs))
        for k, weights in enumerate(u)
    ]
    for now in range(len(inputs)):
        for k, layer in enumerate(layers):
            state = layer.state
            if layer.arrivals[now].unit.size:
                take_up(state, *sums(layer.arrivals[now], u[k], trials), formats, tally)
            fired = np.nonzero(tick(state, constants[k]))
            layer.fired.append(fired)
            if perturbations is None:
                state.B[fired] -= constants[k].threshold
                state.count[fired] += 1
                grade = None
            else:
                layer.factor.append(spike_factor(state.A[fired], constants[k], formats, tally))
                grade = fire(state, fired, perturbations[k][fired], constants[k].threshold, tally)
                layer.grade.append(grade)
            arrival = now + 1 + delay
            if k + 1 < len(layers) and arrival < len(inputs) and fired[0].size:
                layers[k + 1].arrivals[arrival] = Arrivals(fired[0], fired[1], grade)
    return layers


def learn(
    layer: LayerTrial,
    weights: Integers,
    error: Integers,
    gain: int,
    constants: NeuronConstants,
    row_key: tuple[int, int, int],
    formats: Formats,
    tally: Tally,
) -> None:
    """Change the weights to a layer, in place, by replaying its one trial backwards.

    Parameters
    ----------
    weights : Integers, shape (n_pre, n_post)
    error : Integers, shape (n_post,)
    row_key : tuple of int
        Seed, index of the layer and of the trial, for stochastic rounding.
    """
    state = begin(error, gain, formats, tally)
    quiet = True  # until the last spike of the layer is met nothing changes
    for now in reversed(range(len(layer.arrivals))):
        fired = layer.fired[now][1]
        if fired.size:
            replay_spikes(state, fired, layer.factor[now], formats, tally)
            quiet = False
        if quiet:
            continue
        change = replay_decay(state, constants)
        for unit in layer.arrivals[now].unit.tolist():
            words = None
            if formats.stochastic:
                seed, index, trial = row_key
                words = row_words(key(seed, ROUNDING, index, trial, now, unit), change.size)
            weights[unit] = change_row(weights[unit], change, words, formats, tally)
