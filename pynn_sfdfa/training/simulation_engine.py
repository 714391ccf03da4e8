"""Training on simulators where synapses learn by themselves, trial after trial, while a stretch of trials runs."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import lacking, load_simulator, offers, who_offers
from pynn_sfdfa.common.trials import spikes_of_trials
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.rules import RULES
from pynn_sfdfa.support.arrays import check_arrays
from pynn_sfdfa.training.engine import BatchFigures, Report, check_labels, check_seed, initial_feedback
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.readouts import MostSpikes
from pynn_sfdfa.training.responses import OutputSpikes, Responses
from pynn_sfdfa.training.simulated_rules import check_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.network.wiring import Wiring
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.batch_sizes import BatchSize
    from pynn_sfdfa.training.boosting import Boosting
    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.optimizers import Optimizer
    from pynn_sfdfa.training.readouts import Readout
    from pynn_sfdfa.training.regularisation import WeightRegularisation

__all__ = ["PARAMETERS", "SimulationEngine"]

_STRETCH = 500
"""Trials in one run. Each run is prepared for a second or more; between runs progress is shown and state saved."""


PARAMETERS = """Parameters
----------
network : Network
    Its weights are copied; the network is not changed.
rule : LearningRule, optional
    One that needs no more than the simulator offers (`pynn_sfdfa.common.simulators`).
optimizer : Optimizer, optional
    One without state: SGD.
loss : Loss
batch_size : int
    1.
seed : int
    Seed of the perturbations and of the rule's initial feedback.
threads : int, optional
    1.
readout : Readout
    By which samples count as classified correctly while they are learned.
regularisation, boosting : optional
    None: nothing comes between synapses that learn by themselves and their gradients.

Raises
------
ValueError
    If the simulator cannot train like that; the message says why and what to choose instead."""
"""What an engine of a simulator is made from, in its docstring."""


@documented(PARAMETERS)
class SimulationEngine(ABC):
    """A feed-forward network that learns after each trial, inside the simulation.

    Settings of the simulator are those of the last ``setup()``; training calls ``setup()`` itself, for each stretch of
    trials, and so replaces any other network of the simulator.
    """

    simulator: ClassVar[str]
    """Its name, by which what it offers is known."""
    place: ClassVar[str]
    """Where the network learns, in messages."""
    one_thread: ClassVar[str]
    """Why threads are not for the user to choose."""

    def __init__(
        self,
        network: Network,
        rule: LearningRule | None = None,
        optimizer: Optimizer | None = None,
        loss: Loss | None = None,
        batch_size: BatchSize = 1,
        seed: int = 0,
        threads: int | None = None,
        readout: Readout | None = None,
        regularisation: WeightRegularisation | None = None,
        boosting: Boosting | None = None,
    ) -> None:
        check_seed(seed)
        self._rule, self._optimizer, self._seed = rule, optimizer, seed
        self._loss = loss if loss is not None else SpikeCount()
        self._readout = readout if readout is not None else MostSpikes()
        network.check_trains_on(self.simulator)
        self._check(batch_size, threads)
        if rule is not None:
            check_parts(rule, len(network.layers) - 1, self.place)
        for chosen in (regularisation, boosting):
            if chosen is not None:
                what = f"{type(chosen).__name__} is not possible {self.place}: it"
                self._check_needs(what, chosen.needs, lambda: "it can be left out")
        self._network = copy.copy(network)
        self._network.weights = [weights.copy() for weights in network.weights]
        self._network.feedback = initial_feedback(network, rule, seed)
        self._trials = 0
        self.threads = 1
        self._begin()

    @property
    def offers(self) -> frozenset[Need]:
        """What networks can learn by here."""
        return offers(self.simulator)

    @abstractmethod
    def _begin(self) -> None:
        """Keep what the last ``setup()`` has said; ValueError if the simulator cannot train the network."""

    @abstractmethod
    def _set_up(self, first_trial: int, learning: bool) -> None:
        """Make the simulator ready for a new network; the first trial has this number since the training began."""

    @abstractmethod
    def _simulate(self, wiring: Wiring, trials: int, report: Callable[[int], None] | None) -> list[NDArray[np.int32]]:
        """Run so many trials and return the spikes of each layer, shape (trials, neurons)."""

    @abstractmethod
    def _spikes(self, population: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the times (ms) and neurons of the spikes of a population in the run."""

    def _stretch(self, trials: int) -> int:
        """Return how many of so many trials are shown in one run."""
        return _STRETCH

    def prepare(  # noqa: B027 (there is nothing to do)
        self, report: Callable[[int, int], None] | None = None
    ) -> None:
        """Do nothing: each stretch of trials is prepared by itself; see `pynn_sfdfa.training.engine.TrainingEngine`."""

    def train(
        self, trains: Presentations, order: NDArray[np.int64], first_trial: int, epoch: int = 1, report: Report = None
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.training.engine.TrainingEngine`.

        Each item stands for a stretch of trials. Weights are rounded to float32 between stretches, so that a training
        that is resumed there gives the same results as one that was not interrupted.
        """
        if self._rule is None or self._optimizer is None:
            raise ValueError("This engine was made without a rule or an optimizer, so it cannot learn; give it both.")
        check_labels(trains, self._network.sizes[-1])
        stretch = self._stretch(order.size)
        for start in range(0, order.size, stretch):
            shown = presented(trains, order[start : start + stretch], epoch)
            learning = {
                "targets": self._loss.targets(shown.labels, self._network.sizes[-1]),
                "learning_rate": self._optimizer.at(epoch).learning_rate,
                "feedback_learning_rate": self._rule.parts.feedback.rate,
                "rho": self._rule.rho,
                "r_target": self._rule.r_target,
                "timed": Need.ALL_SPIKES in self._rule.parts.transport.all_needs,
                "surrogate": self._rule.parts.local_gradient.surrogate,
                "symmetric": self._rule.parts.feedback.symmetric,
            }
            counts, responses = self._run(shown, first_trial + start, learning, report)
            self._trials += len(shown)
            yield self._figures(counts, responses, shown.labels)

    def gradient(self, trains: Presentations) -> list[NDArray[np.float32]]:
        """Refuse: see `pynn_sfdfa.training.engine.TrainingEngine`.

        Raises
        ------
        ValueError
            Names the simulators that have gradients.
        """
        raise ValueError(
            f"There are no gradients {self.place}: its synapses change at the end of each trial. "
            f"Choose the simulator {' or '.join(who_offers({Need.GRADIENTS}))}."
        )

    def respond(self, trains: Presentations) -> Responses:
        """Run all samples without learning; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        return self._run(presented(trains, np.arange(len(trains))), 0, {}, None)[1]

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
        learning: Mapping[str, Any],
        report: Callable[[int], None] | None,
    ) -> tuple[list[NDArray[np.int32]], Responses]:
        """Show all samples in one run, learning with these arguments of `Network.wire` if there are any.

        Returns
        -------
        counts : list of int32 arrays, shape (samples, neurons)
            Spikes of each layer.
        responses : Responses
        """
        network = self._network
        self._set_up(first_trial, learning=bool(learning))
        wiring = network.wire(load_simulator(self.simulator), trains, **learning)
        for population in wiring.populations:
            population.record("spikes")
        counts = self._simulate(wiring, len(trains), report)
        output = None
        if self._readout.of_times:
            duration = network.trial_duration
            spikes = spikes_of_trials(*self._spikes(wiring.populations[-1]), duration)
            output = OutputSpikes(*spikes, duration)
        if learning:
            network.read(wiring)
        return counts, Responses(counts[-1], output, tuple(int(c.sum()) for c in counts))

    def _figures(
        self, counts: list[NDArray[np.int32]], responses: Responses, labels: NDArray[np.int64]
    ) -> BatchFigures:
        cap = self._network.max_spikes
        return BatchFigures(
            samples=labels.size,
            correct=int((self._readout.decide(responses) == labels).sum()),
            loss=self._loss.loss(self._loss.error(counts[-1], labels)),
            spikes=tuple(c.sum(axis=0, dtype=np.int64) for c in counts),
            capped=tuple(int((c >= cap).sum()) for c in counts),
        )

    def _check(self, batch_size: BatchSize, threads: int | None) -> None:
        if threads not in (None, 1):
            raise ValueError(f"threads = {threads} is not possible: {self.one_thread}. Leave threads out.")
        if self._rule is None:
            return
        for part in self._rule.parts:
            what = f"The rule {self._rule.name} cannot run {self.place}: {part.name!r} in it"
            self._check_needs(
                what, part.all_needs, lambda: f"{_rules_for(self.offers)} run there with default settings"
            )
        what = f"The loss {type(self._loss).__name__} cannot be learned from {self.place}: it"
        self._check_needs(what, self._loss.needs, lambda: "a margin of 0 is possible")
        if self._optimizer is None:
            return
        if batch_size != 1:
            raise ValueError(
                f"batch_size = {batch_size} is not possible {self.place}: its synapses change at the end of each "
                f"trial, before the next one begins. Choose batch_size = 1, or {_others({Need.BATCHES})}."
            )
        if self._optimizer.slots:
            raise ValueError(
                f"The optimizer {self._optimizer.name} is not possible {self.place}: synapses there descend by "
                "learning_rate times gradient and keep no other state. "
                f"Choose sgd, or {_others({Need.OPTIMIZER_STATE})}."
            )

    def _check_needs(self, what: str, needs: frozenset[Need], choice: Callable[[], str]) -> None:
        missing = lacking(needs, self.offers)
        if missing is not None:
            raise ValueError(f"{what} needs {missing}. Choose {_others(needs)}; {choice()}.")


def _others(needs: Iterable[Need]) -> str:
    return f"the simulator {' or '.join(who_offers(needs))}"


def _rules_for(offered: frozenset[Need]) -> str:
    fitting = [name for name, rule in RULES.items() if rule().needs <= offered]
    return ", ".join(fitting)
