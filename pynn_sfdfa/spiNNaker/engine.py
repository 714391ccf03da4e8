"""Training with a Trainer: stretches of many trials, each one run() of the machine, which learns without the host."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.engine import BatchFigures, check_arrays
from pynn_sfdfa.metrics import predict
from pynn_sfdfa.spiNNaker import control, simulator
from pynn_sfdfa.spiNNaker.fixed_point import MAX_SPIKES
from pynn_sfdfa.spiNNaker.quiet import quietly
from pynn_sfdfa.spiNNaker.spynnaker_names import recorded_spikes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.losses import SpikeCount
    from pynn_sfdfa.network import FeedForward
    from pynn_sfdfa.optimizers import Optimizer
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.spikes import SpikeTrains

__all__ = ["OnlineEngine"]

_STRETCH = 500
"""Trials in one run. The network is mapped anew for each; between runs progress is shown and state saved."""

_RULES = ("dfa", "sfdfa")


class OnlineEngine:
    """A feed-forward network that learns after each trial, on the machine.

    Time step and board are those of the last ``setup()``; training calls ``setup()`` itself, for each stretch of
    trials, and so replaces any other network of the simulator.

    Parameters
    ----------
    network : FeedForward
        Its weights are copied; the network is not changed.
    rule, optimizer, loss
        SFDFA or DFA; SGD.
    batch_size : int
        1.
    seed : int
        Seed of the perturbations and of the rule's initial feedback.
    threads : int, optional
        1: the host computes next to nothing.

    Raises
    ------
    ValueError
        If the machine cannot train like that; the message says why and what to choose instead.
    """

    def __init__(
        self,
        network: FeedForward,
        rule: LearningRule,
        optimizer: Optimizer,
        loss: SpikeCount,
        batch_size: int,
        seed: int,
        threads: int | None = None,
    ) -> None:
        _check(network, rule, optimizer, batch_size, threads)
        self._network = copy.copy(network)
        self._rule, self._optimizer, self._loss, self._seed = rule, optimizer, loss, seed
        self._network.weights = [weights.copy() for weights in network.weights]
        self._network.feedback = rule.initial_feedback(network.sizes[1:], seed)
        self._settings = dict(simulator.contents().settings)
        self._trials = 0
        self.threads = 1

    def train(
        self,
        trains: SpikeTrains,
        order: NDArray[np.int64],
        first_trial: int,
        epoch: int = 1,
        report: Callable[[int], None] | None = None,
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.engine.TrainingEngine`.

        Each item stands for a stretch of trials. Weights are rounded to float32 between stretches, so that a training
        that is resumed there gives the same results as one that was not interrupted.
        """
        for start in range(0, order.size, _STRETCH):
            shown = trains.select(order[start : start + _STRETCH])
            with quietly():
                counts = self._run(shown, first_trial + start, self._optimizer.at(epoch).learning_rate)
            self._trials += len(shown)
            yield self._figures(counts, shown.labels)

    def respond(self, trains: SpikeTrains) -> tuple[NDArray[np.int32], tuple[int, ...]]:
        """Run all samples without learning; see `pynn_sfdfa.engine.TrainingEngine`."""
        with quietly():
            counts = self._run(trains, 0)
        return counts[-1], tuple(int(c.sum()) for c in counts)

    def weights(self) -> list[NDArray[np.float32]]:
        """Return copies of the weights, shape (n_pre, n_post) each."""
        return [weights.copy() for weights in self._network.weights]

    def feedback(self) -> list[NDArray[np.float32]]:
        """Return copies of the feedback weights, shape (n_out, n_hidden) each."""
        return [feedback.copy() for feedback in self._network.feedback]

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return copies of weights, feedback and number of steps, named as by the event-driven simulator."""
        arrays: dict[str, NDArray[np.generic]] = {"optimizer.step": np.array([self._trials], np.int64)}
        arrays |= {f"weights.{layer}": weights for layer, weights in enumerate(self.weights())}
        arrays |= {f"feedback.{layer}": feedback for layer, feedback in enumerate(self.feedback())}
        return arrays

    def load_state(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore what `state` returned; ValueError if it does not fit this network."""
        check_arrays(arrays, self.state())
        self._trials = int(arrays["optimizer.step"][0])
        network = self._network
        network.weights = [np.array(arrays[f"weights.{k}"], np.float32) for k in range(len(network.weights))]
        network.feedback = [np.array(arrays[f"feedback.{k}"], np.float32) for k in range(len(network.feedback))]

    def _run(
        self, trains: SpikeTrains, first_trial: int, learning_rate: float | None = None
    ) -> list[NDArray[np.int32]]:
        """Show all samples in one run, learning if there is a learning rate; return the spikes of each layer.

        Their shape is (trials, neurons).
        """
        network, rule = self._network, self._rule
        control.setup(**self._settings, seed=self._seed, first_trial=first_trial)
        if learning_rate is not None:
            wiring = network.wire(
                trains,
                targets=self._loss.targets(trains.labels, network.sizes[-1]),
                learning_rate=learning_rate,
                feedback_learning_rate=getattr(rule, "feedback_learning_rate", 0.0),
                rho=rule.rho,
                r_target=rule.r_target,
            )
        else:
            wiring = network.wire(trains)
        for population in wiring.populations:
            population.record("spikes")
        control.run(len(trains) * network.trial_duration)
        if learning_rate is not None:
            network.read(wiring)
        return [_counts(population, len(trains), network.trial_duration) for population in wiring.populations]

    def _figures(self, counts: list[NDArray[np.int32]], labels: NDArray[np.int64]) -> BatchFigures:
        return BatchFigures(
            samples=labels.size,
            correct=int((predict(counts[-1]) == labels).sum()),
            loss=self._loss.loss(self._loss.error(counts[-1], labels)),
            spikes=tuple(c.sum(axis=0, dtype=np.int64) for c in counts),
            capped=tuple(int((c >= MAX_SPIKES).sum()) for c in counts),
        )


def _counts(population: object, trials: int, duration: float) -> NDArray[np.int32]:
    """Return how often each neuron spiked in each trial from t = 0."""
    neurons, times = recorded_spikes(population)
    size = len(population)  # type: ignore[arg-type]
    cells = np.floor(times / duration + 1e-9).astype(np.int64) * size + neurons
    return np.bincount(cells, minlength=trials * size).reshape(trials, size).astype(np.int32)


def _check(
    network: FeedForward, rule: LearningRule, optimizer: Optimizer, batch_size: int, threads: int | None
) -> None:
    if rule.name not in _RULES:
        raise ValueError(
            f"The rule {rule.name} cannot run on SpiNNaker: its errors travel back through all spikes of a trial. "
            f"Choose one of {', '.join(_RULES)}, or the event simulator."
        )
    if batch_size != 1:
        raise ValueError(
            f"batch_size = {batch_size} is not possible on SpiNNaker: its synapses change at the end of each trial, "
            "before the next one begins. Choose batch_size = 1, or the event simulator."
        )
    if optimizer.name != "sgd":
        raise ValueError(
            f"The optimizer {optimizer.name} is not possible on SpiNNaker: synapses there descend by learning_rate "
            "times gradient and keep no other state. Choose sgd, or the event simulator."
        )
    if threads not in (None, 1):
        raise ValueError(f"threads = {threads} is not possible: the cores compute. Leave threads out.")
    if network.max_spikes != MAX_SPIKES:
        raise ValueError(
            f"max_spikes = {network.max_spikes} is not possible on SpiNNaker, where cores keep {MAX_SPIKES} spikes of "
            f"a neuron and trial. Choose max_spikes = {MAX_SPIKES}."
        )
