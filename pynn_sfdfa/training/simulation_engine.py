"""Training on simulators where synapses learn by themselves, trial after trial, while a stretch of trials runs."""

from __future__ import annotations

import copy
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.support.arrays import check_arrays
from pynn_sfdfa.training.engine import BatchFigures
from pynn_sfdfa.training.metrics import predict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.feed_forward import FeedForward, Wiring
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Optimizer

__all__ = ["SimulationEngine"]

_STRETCH = 500
"""Trials in one run. Each run is prepared for a second or more; between runs progress is shown and state saved."""

_RULES = ("dfa", "sfdfa")


class SimulationEngine(ABC):
    """A feed-forward network that learns after each trial, inside the simulation.

    Settings of the simulator are those of the last ``setup()``; training calls ``setup()`` itself, for each stretch of
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
        1.

    Raises
    ------
    ValueError
        If the simulator cannot train like that; the message says why and what to choose instead.
    """

    place: ClassVar[str]
    """Where the network learns, in messages."""
    one_thread: ClassVar[str]
    """Why threads are not for the user to choose."""

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
        self._check(rule, optimizer, batch_size, threads)
        self._network = copy.copy(network)
        self._rule, self._optimizer, self._loss, self._seed = rule, optimizer, loss, seed
        self._network.weights = [weights.copy() for weights in network.weights]
        self._network.feedback = rule.initial_feedback(network.sizes[1:], seed)
        self._trials = 0
        self.threads = 1

    @abstractmethod
    def _set_up(self, first_trial: int, learning: bool) -> None:
        """Make the simulator ready for a new network; the first trial has this number since the training began."""

    @abstractmethod
    def _simulate(self, wiring: Wiring, trials: int, report: Callable[[int], None] | None) -> list[NDArray[np.int32]]:
        """Run so many trials and return the spikes of each layer, shape (trials, neurons)."""

    def _stretch(self, trials: int) -> int:
        """Return how many of so many trials are shown in one run."""
        return _STRETCH

    def prepare(  # noqa: B027 (there is nothing to do)
        self, report: Callable[[int, int], None] | None = None
    ) -> None:
        """Do nothing: each stretch of trials is prepared by itself; see `pynn_sfdfa.training.engine.TrainingEngine`."""

    def train(
        self,
        trains: SpikeTrains,
        order: NDArray[np.int64],
        first_trial: int,
        epoch: int = 1,
        report: Callable[[int], None] | None = None,
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.training.engine.TrainingEngine`.

        Each item stands for a stretch of trials. Weights are rounded to float32 between stretches, so that a training
        that is resumed there gives the same results as one that was not interrupted.
        """
        self._check_labels(trains)
        stretch = self._stretch(order.size)
        for start in range(0, order.size, stretch):
            shown = trains.select(order[start : start + stretch])
            counts = self._run(shown, first_trial + start, self._optimizer.at(epoch).learning_rate, report)
            self._trials += len(shown)
            yield self._figures(counts, shown.labels)

    def respond(self, trains: SpikeTrains) -> tuple[NDArray[np.int32], tuple[int, ...]]:
        """Run all samples without learning; see `pynn_sfdfa.training.engine.TrainingEngine`."""
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
        self,
        trains: SpikeTrains,
        first_trial: int,
        learning_rate: float | None = None,
        report: Callable[[int], None] | None = None,
    ) -> list[NDArray[np.int32]]:
        """Show all samples in one run, learning if there is a learning rate; return the spikes of each layer."""
        network, rule = self._network, self._rule
        learning: dict[str, Any] = {}
        if learning_rate is not None:
            learning = {
                "targets": self._loss.targets(trains.labels, network.sizes[-1]),
                "learning_rate": learning_rate,
                "feedback_learning_rate": getattr(rule, "feedback_learning_rate", 0.0),
                "rho": rule.rho,
                "r_target": rule.r_target,
            }
        self._set_up(first_trial, learning=bool(learning))
        wiring = network.wire(self._simulator(), trains, **learning)
        for population in wiring.populations:
            population.record("spikes")
        counts = self._simulate(wiring, len(trains), report)
        if learning:
            network.read(wiring)
        return counts

    def _simulator(self) -> ModuleType:
        """Return the simulator that this engine is part of."""
        return sys.modules[type(self).__module__.rpartition(".")[0]]

    def _figures(self, counts: list[NDArray[np.int32]], labels: NDArray[np.int64]) -> BatchFigures:
        cap = self._network.max_spikes
        return BatchFigures(
            samples=labels.size,
            correct=int((predict(counts[-1]) == labels).sum()),
            loss=self._loss.loss(self._loss.error(counts[-1], labels)),
            spikes=tuple(c.sum(axis=0, dtype=np.int64) for c in counts),
            capped=tuple(int((c >= cap).sum()) for c in counts),
        )

    def _check_labels(self, trains: SpikeTrains) -> None:
        outputs = self._network.sizes[-1]
        if len(trains) and trains.labels.max() >= outputs:
            raise ValueError(f"Label {trains.labels.max()} has no output neuron; the network has {outputs} outputs.")

    def _check(self, rule: LearningRule, optimizer: Optimizer, batch_size: int, threads: int | None) -> None:
        if rule.name not in _RULES:
            raise ValueError(
                f"The rule {rule.name} cannot run {self.place}: its errors travel back through all spikes of a trial. "
                f"Choose one of {', '.join(_RULES)}, or the event simulator."
            )
        for setting in rule.of_trainer_only:
            value = getattr(rule, setting)
            if value:
                raise ValueError(
                    f"{setting} = {value} of the rule {rule.name} is not possible {self.place}: "
                    "output neurons there send nothing but their errors. Leave it out, or choose the event simulator."
                )
        if batch_size != 1:
            raise ValueError(
                f"batch_size = {batch_size} is not possible {self.place}: its synapses change at the end of each "
                "trial, before the next one begins. Choose batch_size = 1, or the event simulator."
            )
        if optimizer.name != "sgd":
            raise ValueError(
                f"The optimizer {optimizer.name} is not possible {self.place}: synapses there descend by learning_rate "
                "times gradient and keep no other state. Choose sgd, or the event simulator."
            )
        if threads not in (None, 1):
            raise ValueError(f"threads = {threads} is not possible: {self.one_thread}. Leave threads out.")
