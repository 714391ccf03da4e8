"""A feed-forward network in fixed point: the executable specification of what SpiNNaker's cores compute."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from oracles.fixed_point_trial import Replayed, learn_layer, learn_layer_timed, run_layer
from oracles.spike_events import Events, arrivals, input_events

from pynn_sfdfa.hardware.arithmetic.feedback import (
    MAX_OUTPUTS,
    RATE_FRACTION,
    hidden_error,
    improve_feedback,
    output_error,
)
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, Formats, from_fixed, to_fixed
from pynn_sfdfa.hardware.arithmetic.neuron import neuron_constants
from pynn_sfdfa.hardware.arithmetic.random import FOR_ROUNDING, extended, perturbations
from pynn_sfdfa.hardware.arithmetic.replay import gain
from pynn_sfdfa.hardware.arithmetic.tally import VARIABLES, Tally
from pynn_sfdfa.hardware.arithmetic.timed import timed_gain

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.hardware.arithmetic.formats import Integers
    from pynn_sfdfa.hardware.arithmetic.neuron import NeuronState
    from pynn_sfdfa.network.network import Network

__all__ = ["FixedPointNetwork", "LayerTrial", "LearningParameters", "ticks_in"]


@dataclass(frozen=True)
class LearningParameters:
    """What a network learns with.

    Parameters
    ----------
    learning_rate : float
        eta of plain gradient descent, nA^2/ms.
    feedback_learning_rate : float
        eta_B in 0..1; 0 keeps the feedback weights (DFA).
    rho, r_target : float
        Rate regularisation of the hidden neurons, in 0..4096.
    timed : bool
        Whether hidden spikes have errors of their own.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    learning_rate: float
    feedback_learning_rate: float = 0.0
    rho: float = 0.0
    r_target: float = 0.0
    timed: bool = False

    def __post_init__(self) -> None:
        limits = {"learning_rate": math.inf, "feedback_learning_rate": 1.0, "rho": 4096.0, "r_target": 4096.0}
        for name, limit in limits.items():
            value = getattr(self, name)
            if not (0 <= value <= limit and math.isfinite(value)):
                raise ValueError(f"{name} = {value} is not valid; it must be a finite number in 0..{limit:g}.")


@dataclass(frozen=True, eq=False)
class LayerTrial:
    """What happened to a layer in a trial: what it took up, its spikes, its state at the end (see `run_layer`)."""

    arriving: Events
    spikes: Events
    state: NeuronState


def ticks_in(duration: float, timestep: float) -> int:
    """Return the ticks in a duration (both in ms); ValueError if it is no multiple of the timestep."""
    if not 0 < timestep < math.inf:
        raise ValueError(f"timestep = {timestep} is not valid; it must be a finite number > 0 ms.")
    ticks = round(duration / timestep)
    if not math.isclose(ticks * timestep, duration, rel_tol=1e-9, abs_tol=1e-12):
        raise ValueError(
            f"{duration:g} ms is not a multiple of the timestep of {timestep:g} ms; choose {ticks * timestep:g} ms, or "
            "a timestep that divides it."
        )
    return ticks


class FixedPointNetwork:
    """A network that computes with integers only, tick by tick.

    Parameters
    ----------
    network : Network
        Layers, delay, cap on spikes, weights and feedback weights; not changed.
    timestep : float
        ms.
    formats : Formats
    seed : int
        Seed of the perturbations and of stochastic rounding, 0..2**32 - 1.

    Attributes
    ----------
    weights : list of Integers, shape (n_pre, n_post)
    feedback : list of Integers, shape (outputs, hidden)
        One per hidden layer.
    constants : list of NeuronConstants
    tally : Tally
        What was saturated or rounded to zero since the network was made; weights that did not fit are in it.

    Raises
    ------
    ValueError
        If the network cannot be represented.
    """

    def __init__(self, network: Network, timestep: float = 1.0, formats: Formats | None = None, seed: int = 0) -> None:
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed = {seed} is not valid; it must be an integer in 0..2**32 - 1.")
        self.formats, self.timestep, self.seed = formats or Formats(), timestep, seed
        self.ticks, self.delay = ticks_in(network.trial_duration, timestep), ticks_in(network.delay, timestep)
        self.layers, self.sizes = network.layers, network.sizes
        self.constants = [
            neuron_constants(layer.cell, timestep, network.gradient, network.max_spikes, self.formats)
            for layer in network.layers
        ]
        for n_pre in self.sizes[:-1]:
            if n_pre > self.formats.max_events:
                raise ValueError(
                    f"{n_pre} neurons may fire in one tick, but only {self.formats.max_events} weights of these "
                    f"formats can be summed in 32 bits. Choose Formats.input below {self.formats.input}."
                )
        if self.sizes[-1] > MAX_OUTPUTS:
            raise ValueError(f"{self.sizes[-1]} output neurons are too many: their errors overflow. Use {MAX_OUTPUTS}.")
        self.tally = Tally()
        self.load(network.weights, network.feedback)

    def load(self, weights: list[NDArray[np.float32]], feedback: list[NDArray[np.float32]]) -> None:
        """Take over weights (nA) and feedback weights; those that do not fit are saturated and counted."""
        formats = self.formats
        self.weights = [self._fixed("weight", w, formats.weight, formats.constants().weight_limit) for w in weights]
        self.feedback = [self._fixed("feedback", w, formats.feedback, INT32_LIMIT) for w in feedback]

    def float_weights(self) -> list[NDArray[np.float32]]:
        """Return the weights in nA."""
        return [from_fixed(w, self.formats.weight).astype(np.float32) for w in self.weights]

    def float_feedback(self) -> list[NDArray[np.float32]]:
        """Return the feedback weights."""
        return [from_fixed(w, self.formats.feedback).astype(np.float32) for w in self.feedback]

    def run(self, trains: SpikeTrains, sample: int) -> list[LayerTrial]:
        """Show one of the samples, not learning; return what happened to each layer."""
        return self._run(trains, sample, [np.zeros(layer.size, np.int64) for layer in self.layers], learning=False)

    def counts(self, trains: SpikeTrains) -> list[NDArray[np.int32]]:
        """Show all samples, not learning; return the spikes of each layer, shape (samples, neurons)."""
        counts = [np.empty((len(trains), layer.size), np.int32) for layer in self.layers]
        for sample in range(len(trains)):
            for count, trial in zip(counts, self.run(trains, sample), strict=True):
                count[sample] = trial.state.count
        return counts

    def train(
        self, trains: SpikeTrains, sample: int, target: ArrayLike, parameters: LearningParameters, trial: int
    ) -> list[LayerTrial]:
        """Show one of the samples and learn from it; return what happened to each layer.

        Parameters
        ----------
        target : array, shape (outputs,)
            Spike counts that the output neurons should have.
        trial : int
            Index of the trial since the training began, 0..2**32 - 1; it determines the perturbations.
        """
        formats, tally = self.formats.constants(), self.tally.counts
        drawn = [perturbations(self.seed, k, trial, n, self.formats.grade) for k, n in enumerate(self.sizes[1:-1])]
        record = self._run(trains, sample, [*drawn, np.zeros(self.sizes[-1], np.int64)], learning=True)
        output = record[-1].state
        error = output_error(to_fixed(target, self.formats.error), output.count, formats, tally)
        rho, r_target = (int(to_fixed(x, self.formats.error)) for x in (parameters.rho, parameters.r_target))
        errors = [
            hidden_error(
                feedback, 0 * error if parameters.timed else error, layer.state.count, rho, r_target, formats, tally
            )
            for feedback, layer in zip(self.feedback, record[:-1], strict=True)
        ]
        for k, (layer, e) in enumerate(zip(record, [*errors, error], strict=True)):
            eta = gain(
                parameters.learning_rate, self.layers[k].cell.tau_m, self.layers[k].cell.threshold_current, self.formats
            )
            rounding_key = extended(extended(extended(extended(0, self.seed), FOR_ROUNDING), k), trial)
            own = Replayed(layer.arriving, layer.spikes, self.weights[k], e, eta, rounding_key, self.constants[k])
            if not parameters.timed or k == len(errors):
                learn_layer(own, formats, tally)
                continue
            lag = (len(errors) - k) * (self.delay + 1)
            of_output = self.feedback[k], self._timed_gain(k, parameters), lag, self.constants[-1]
            learn_layer_timed(own, record[-1].spikes, error, *of_output, formats, tally)
        rate = int(to_fixed(parameters.feedback_learning_rate, RATE_FRACTION))
        for feedback, v, layer in zip(self.feedback, drawn, record[:-1], strict=True):
            improve_feedback(feedback, v, output.directional, layer.state.count, rate, formats, tally)
        return record

    def _timed_gain(self, layer: int, parameters: LearningParameters) -> int:
        cell, output = self.layers[layer].cell, self.layers[-1].cell
        rate, c = parameters.learning_rate, cell.threshold_current
        return timed_gain(rate, cell.tau_m, c, output.threshold_current, self.formats)

    def _run(self, trains: SpikeTrains, sample: int, drawn: list[Integers], learning: bool) -> list[LayerTrial]:
        if trains.n_units != self.sizes[0]:
            raise ValueError(f"The samples have {trains.n_units} inputs, the network {self.sizes[0]}.")
        formats, tally = self.formats.constants(), self.tally.counts
        spikes, delay = input_events(*trains.sample(sample), self.timestep, self.ticks, sample), self.delay
        record = []
        for weights, v, constants in zip(self.weights, drawn, self.constants, strict=True):
            arriving = arrivals(spikes, delay)
            spikes, state = run_layer(arriving, weights, v, learning, constants, formats, tally)
            record.append(LayerTrial(arriving, spikes, state))
            delay = self.delay + 1
        return record

    def _fixed(self, variable: str, values: NDArray[np.float32], fraction: int, limit: int) -> Integers:
        wide = to_fixed(values, fraction, 2**60)
        row = self.tally.counts[:, VARIABLES.index(variable)]
        row[0] += int((np.abs(wide) > limit).sum())
        row[2] = max(int(row[2]), int(np.abs(wide).max()))
        return np.clip(wide, -limit, limit)
