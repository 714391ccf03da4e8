"""A feed-forward network in fixed point: the executable specification of what a SpiNNaker core computes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic.arrival import arriving
from pynn_sfdfa.hardware.arithmetic.events import input_arrivals
from pynn_sfdfa.hardware.arithmetic.feedback import RATE_FRACTION, hidden_error, improved_feedback, output_error
from pynn_sfdfa.hardware.arithmetic.formats import INT32_LIMIT, Formats, from_fixed, to_fixed
from pynn_sfdfa.hardware.arithmetic.neuron import neuron_constants
from pynn_sfdfa.hardware.arithmetic.random import perturbations
from pynn_sfdfa.hardware.arithmetic.replay import gain
from pynn_sfdfa.hardware.arithmetic.tally import Tally
from pynn_sfdfa.hardware.arithmetic.trial import LayerTrial, learn, run

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.network import FeedForward
    from pynn_sfdfa.spikes import SpikeTrains

__all__ = ["FixedPointNetwork", "LearningConstants", "ticks_in"]


@dataclass(frozen=True)
class LearningConstants:
    """What a network learns with.

    Parameters
    ----------
    learning_rate : float
        eta of plain gradient descent, nA^2/ms.
    feedback_learning_rate : float
        eta_B in 0..1; 0 keeps the feedback weights (DFA).
    rho, r_target : float
        Rate regularisation of the hidden neurons, in 0..4096.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    learning_rate: float
    feedback_learning_rate: float = 0.0
    rho: float = 0.0
    r_target: float = 0.0

    def __post_init__(self) -> None:
        limits = {"learning_rate": math.inf, "feedback_learning_rate": 1.0, "rho": 4096.0, "r_target": 4096.0}
        for name, limit in limits.items():
            value = getattr(self, name)
            if not (0 <= value <= limit and math.isfinite(value)):
                raise ValueError(f"{name} = {value} is not valid; it must be a finite number in 0..{limit:g}.")


def ticks_in(duration: float, timestep: float) -> int:
    """Return the ticks in a duration (both in ms); ValueError if it is no multiple of the timestep."""
    ticks = round(duration / timestep)
    if not math.isclose(ticks * timestep, duration, rel_tol=1e-9, abs_tol=1e-12):
        raise ValueError(
            f"{duration:g} ms is not a multiple of the timestep of {timestep:g} ms; choose {ticks * timestep:g} ms, or "
            f"a timestep that divides it."
        )
    return ticks


class FixedPointNetwork:
    """A network that computes with integers only, tick by tick.

    Parameters
    ----------
    network : FeedForward
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
    tally : Tally
        What was saturated or rounded to zero since the network was made; weights that did not fit are in it.

    Raises
    ------
    ValueError
        If a constant of the network cannot be represented.
    """

    def __init__(
        self, network: FeedForward, timestep: float = 1.0, formats: Formats | None = None, seed: int = 0
    ) -> None:
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed = {seed} is not valid; it must be an integer in 0..2**32 - 1.")
        self.formats, self.timestep, self.seed = formats or Formats(), timestep, seed
        self.tally = Tally()
        self.ticks, self.delay = ticks_in(network.trial_duration, timestep), ticks_in(network.delay, timestep)
        self.layers = network.layers
        self.constants = [
            neuron_constants(layer, timestep, network.gradient, network.max_spikes, self.formats)
            for layer in network.layers
        ]
        for n_pre in network.sizes[:-1]:
            if n_pre > self.formats.max_events:
                raise ValueError(
                    f"{n_pre} neurons may fire in one tick, but only {self.formats.max_events} weights of these formats "
                    f"can be summed in 32 bits. Choose Formats.input below {self.formats.input}."
                )
        self.load(network.weights, network.feedback)

    def load(self, weights: list[NDArray[np.float32]], feedback: list[NDArray[np.float32]]) -> None:
        """Take over weights (nA) and feedback weights; those that do not fit are saturated and counted."""
        formats, limit = self.formats, self.formats.weight_limit
        wide = [to_fixed(w, formats.weight, 2**40) for w in weights]
        self.weights = [self.tally.saturate("weight", w, limit) for w in wide]
        wide = [to_fixed(w, formats.feedback, 2**40) for w in feedback]
        self.feedback = [self.tally.saturate("feedback", w) for w in wide]

    def run(self, trains: SpikeTrains) -> list[LayerTrial]:
        """Show all samples at once, not learning; return what happened to each layer."""
        return self._run(trains, None)

    def counts(self, trains: SpikeTrains, batch: int = 250) -> list[NDArray[np.int64]]:
        """Return the spikes of each neuron of each layer for every sample, ``batch`` samples at a time."""
        parts = []
        for start in range(0, len(trains), batch):
            shown = trains.select(np.arange(start, min(start + batch, len(trains))))
            parts.append([layer.state.count for layer in self.run(shown)])
        return [np.concatenate(layer) for layer in zip(*parts, strict=True)]

    def train(
        self, sample: SpikeTrains, targets: ArrayLike, learning: LearningConstants, trial: int
    ) -> list[LayerTrial]:
        """Show one sample and learn from it; return what happened to each layer.

        Parameters
        ----------
        sample : SpikeTrains
            With one sample.
        targets : array, shape (outputs,)
            Spike counts that the output neurons should have.
        trial : int
            Index of the trial; it determines the perturbations.
        """
        if len(sample) != 1:
            raise ValueError(f"Learning takes one sample at a time, not {len(sample)}.")
        formats, tally = self.formats, self.tally
        drawn = [
            perturbations(self.seed, k, trial, layer.size, formats.grade)[np.newaxis]
            if k < len(self.layers) - 1
            else np.zeros((1, layer.size), np.int64)
            for k, layer in enumerate(self.layers)
        ]
        record = self._run(sample, drawn)
        output = record[-1].state
        target = to_fixed(targets, formats.error)
        errors = [output_error(target, output.count[0], formats, tally)]
        rho, r_target = (int(to_fixed(x, formats.error)) for x in (learning.rho, learning.r_target))
        for k, feedback in reversed(list(enumerate(self.feedback))):
            count = record[k].state.count[0]
            errors.insert(0, hidden_error(feedback, errors[-1], count, rho, r_target, formats, tally))
        for k, layer in enumerate(self.layers):
            eta = gain(learning.learning_rate, layer.tau_m, layer.threshold_current, formats)
            row_key = (self.seed, k, trial)
            learn(record[k], self.weights[k], errors[k], eta, self.constants[k], row_key, formats, tally)
        rate = int(to_fixed(learning.feedback_learning_rate, RATE_FRACTION, INT32_LIMIT))
        for k, feedback in enumerate(self.feedback):
            self.feedback[k] = improved_feedback(
                feedback, drawn[k][0], output.directional[0], record[k].state.count[0], rate, formats, tally
            )
        return record

    def float_weights(self) -> list[NDArray[np.float32]]:
        """Return the weights in nA."""
        return [from_fixed(w, self.formats.weight).astype(np.float32) for w in self.weights]

    def float_feedback(self) -> list[NDArray[np.float32]]:
        """Return the feedback weights."""
        return [from_fixed(w, self.formats.feedback).astype(np.float32) for w in self.feedback]

    def _run(self, trains: SpikeTrains, drawn: list[NDArray[np.int64]] | None) -> list[LayerTrial]:
        if trains.n_units != self.weights[0].shape[0]:
            raise ValueError(f"The samples have {trains.n_units} inputs, the network {self.weights[0].shape[0]}.")
        inputs = input_arrivals(trains, self.timestep, self.ticks, self.delay)
        u = [arriving(w, self.formats) for w in self.weights]
        return run(inputs, len(trains), u, self.constants, drawn, self.delay, self.formats, self.tally)
