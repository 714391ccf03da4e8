"""The batch engine: many trials at once through the exact event-driven kernels, learning by reverse replay."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.event.batch.activity import add_up, summarise
from pynn_sfdfa.event.batch.arrive import arrive_inputs, arrive_spikes
from pynn_sfdfa.event.batch.backpropagate import backpropagate
from pynn_sfdfa.event.batch.backward import accumulate_gradient
from pynn_sfdfa.event.batch.feed_back import feed_back
from pynn_sfdfa.event.batch.forward import Draw, advance_layer
from pynn_sfdfa.event.batch.layout import aligned_zeros, block_width, pad, unpad
from pynn_sfdfa.event.batch.passes import PARTS_PER_THREAD, propagate_errors, return_answers, run_trials, share_out
from pynn_sfdfa.event.batch.pool import Pool
from pynn_sfdfa.event.batch.workspace import Workspace, layer_constants
from pynn_sfdfa.support.arrays import check_arrays
from pynn_sfdfa.support.jit import compile_ahead
from pynn_sfdfa.training.engine import BatchFigures
from pynn_sfdfa.training.metrics import predict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.feed_forward import FeedForward
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Optimizer

__all__ = ["BatchEngine"]

_STATE = ("weights", "feedback", "optimizer")
"""First parts of the names in a state."""

_OF_TRIALS = {"backpropagate": backpropagate, "feed_back": feed_back}
"""Kernels behind methods of `Trials` that not all rules call."""

_REPORTED_TRIALS = 20
"""Smaller batches are reported together: a report costs as much as the learning from some trials."""

_RESPONSE_TRIALS = 50
"""Trials run at once where nothing is learned."""


class BatchEngine:
    """A feed-forward network laid out for training on this machine.

    Parameters
    ----------
    network : FeedForward
        Its weights are copied; the network is not changed.
    rule, optimizer, loss
        How errors reach hidden layers, how gradients change weights, what the errors are.
    batch_size : int
    seed : int
        Seed of the perturbations and of the rule's initial feedback.
    threads : int, optional
        Default: as many as this process has cores. Results do not depend on it.

    Raises
    ------
    ValueError
        If the batch size, the seed or the number of threads is not valid.
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
        if batch_size != int(batch_size) or batch_size < 1:
            raise ValueError(f"batch_size = {batch_size} is not valid; it must be an integer >= 1.")
        if seed != int(seed) or not 0 <= seed < 2**63:
            raise ValueError(f"seed = {seed} is not valid; it must be an integer from 0 to 2**63 - 1.")
        self._network, self._rule, self._loss = network, rule, loss
        self._given_optimizer = self._optimizer = optimizer
        self._batch_size, self._seed = batch_size, seed
        self.threads = _checked_threads(threads)
        self._pool = Pool(self.threads)
        self._constants = tuple(layer_constants(layer, network) for layer in network.layers)
        self._weights = tuple(pad(w) for w in network.weights)
        self._flat_weights = [w.reshape(-1) for w in self._weights]  # the same memory, as the kernels take it
        self._feedback = rule.initial_feedback(network.sizes[1:], seed)
        self._step = 0
        self._slots = [{slot: np.zeros_like(w) for slot in optimizer.slots} for w in self._weights]
        self._gradients = self._weights if optimizer.in_place else tuple(aligned_zeros(w.shape) for w in self._weights)
        self._errors = [np.zeros((batch_size, w.shape[1]), np.float32) for w in self._weights]
        self._flat_gradients = [gradient.reshape(-1) for gradient in self._gradients]
        self._flat_errors = [error.reshape(-1) for error in self._errors]
        self._blocks = [list(_blocks(w.shape[1], block_width(w.shape[1]))) for w in self._weights]
        self._single_block = [list(_blocks(w.shape[1], w.shape[1])) for w in self._weights]
        self._workspaces: dict[int, Workspace] = {}

    def prepare(self, report: Callable[[int, int], None] | None = None) -> None:
        """Compile the kernels of a training, the longest first; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        kernels = [advance_layer, *(_OF_TRIALS[name] for name in self._rule.takes)]
        kernels += [arrive_spikes, accumulate_gradient, *self._rule.kernels, arrive_inputs]
        kernels += [*self._optimizer.kernels, add_up, *self._loss.kernels]
        compile_ahead(kernels, self.threads, report)

    def train(
        self,
        trains: SpikeTrains,
        order: NDArray[np.int64],
        first_trial: int,
        epoch: int = 1,
        report: Callable[[int], None] | None = None,  # not needed: items follow one another quickly
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        self._optimizer = self._given_optimizer.at(epoch)
        workspace = self._workspace(trains, self._batch_size)
        outcomes: list[_Outcome] = []
        for start in range(0, order.size, self._batch_size):
            samples = order[start : start + self._batch_size]
            self._forward(workspace, trains, samples, first_trial + start, self._rule.perturbs)
            trials = _BatchTrials(self, workspace, trains.labels[samples])
            self._rule.backward(trials, self._feedback)
            self._descend(workspace, trials)
            outcomes.append(trials.outcome())
            if len(outcomes) * self._batch_size >= _REPORTED_TRIALS:
                yield self._figures(outcomes)
                outcomes = []
        if outcomes:
            yield self._figures(outcomes)

    def respond(self, trains: SpikeTrains) -> tuple[NDArray[np.int32], tuple[int, ...]]:
        """Run all samples without learning; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        trials = max(self._batch_size, _RESPONSE_TRIALS)
        workspace = self._workspace(trains, trials)
        counts = np.empty((len(trains), self._network.sizes[-1]), np.int32)
        totals = np.zeros(len(self._weights), np.int64)
        for start in range(0, len(trains), trials):
            samples = np.arange(start, min(start + trials, len(trains)))
            self._forward(workspace, trains, samples, start, perturbed=False)
            counts[samples] = workspace.counts[-1][: samples.size]
            totals += [int(layer[: samples.size].sum()) for layer in workspace.counts]
        return counts, tuple(int(total) for total in totals)

    def weights(self) -> list[NDArray[np.float32]]:
        """Return copies of the weights, shape (n_pre, n_post) each."""
        return [unpad(w, layer.size) for w, layer in zip(self._weights, self._network.layers, strict=True)]

    def feedback(self) -> list[NDArray[np.float32]]:
        """Return copies of the feedback weights, shape (n_out, n_hidden) each."""
        return [feedback.copy() for feedback in self._feedback]

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return copies of weights, feedback, optimiser state and number of steps, in PyNN's shapes."""
        arrays: dict[str, NDArray[np.generic]] = {"optimizer.step": np.array([self._step], np.int64)}
        for layer, (weights, slots) in enumerate(zip(self.weights(), self._slots, strict=True)):
            arrays[f"weights.{layer}"] = weights
            for slot, values in slots.items():
                arrays[f"optimizer.{slot}.{layer}"] = unpad(values, weights.shape[1])
        for layer, feedback in enumerate(self.feedback()):
            arrays[f"feedback.{layer}"] = feedback
        return arrays

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore what `state` returned; ValueError if it does not fit this network."""
        expected = self.state()
        check_arrays(arrays, expected)
        surplus = [name for name in arrays if name.split(".")[0] in _STATE and name not in expected]
        if surplus:
            raise ValueError(f"The state has {surplus[0]}, which this network and optimizer do not have.")
        self._step = int(arrays["optimizer.step"][0])
        for layer, (weights, slots) in enumerate(zip(self._weights, self._slots, strict=True)):
            weights[...] = pad(arrays[f"weights.{layer}"])
            for slot, values in slots.items():
                values[...] = pad(arrays[f"optimizer.{slot}.{layer}"])
        for layer, feedback in enumerate(self._feedback):
            feedback[...] = arrays[f"feedback.{layer}"]

    def _workspace(self, trains: SpikeTrains, trials: int) -> Workspace:
        if trains.n_units != self._network.sizes[0]:
            raise ValueError(
                f"The spike trains have {trains.n_units} units, the network {self._network.sizes[0]} inputs."
            )
        if len(trains) and trains.labels.max() >= self._network.sizes[-1]:
            raise ValueError(
                f"Label {trains.labels.max()} has no output neuron; the network has {self._network.sizes[-1]} outputs."
            )
        max_events = int(np.diff(trains.offsets).max(initial=0))
        workspace = self._workspaces.get(trials)
        if workspace is None or workspace.max_events < max_events:
            workspace = Workspace(self._network, trials, max_events, PARTS_PER_THREAD * self.threads)
            self._workspaces[trials] = workspace
        return workspace

    def _forward(
        self, workspace: Workspace, trains: SpikeTrains, samples: NDArray[np.int64], first_trial: int, perturbed: bool
    ) -> None:
        top = len(self._weights) - 1
        draws = tuple(
            Draw(perturbed and layer > 0, perturbed and layer < top, self._seed, layer, first_trial)
            for layer in range(top + 1)
        )
        run_trials(self._pool, workspace, trains, samples, self._flat_weights, self._constants, draws)

    def _assign(self, layer: int, error: NDArray[np.float32]) -> None:
        scale = 1.0 / error.shape[0]
        if self._optimizer.in_place:
            scale *= -self._optimizer.learning_rate
        trials, neurons = error.shape
        np.multiply(error, np.float32(scale), out=self._errors[layer][:trials, :neurons])

    def _backpropagate(self, workspace: Workspace, layer: int, n_trials: int, of_spikes: bool) -> None:
        known = (self._flat_weights[layer], self._flat_errors[layer], of_spikes, self._constants[layer])
        propagate_errors(self._pool, workspace, layer, n_trials, *known)

    def _feed_back(self, workspace: Workspace, layer: int, n_trials: int, feedback: NDArray[np.float32]) -> None:
        delay = np.float32((len(self._weights) - 1 - layer) * self._network.delay)
        known = (feedback, self._flat_errors[-1], delay, self._constants[-1])
        return_answers(self._pool, workspace, layer, n_trials, *known)

    def _descend(self, workspace: Workspace, trials: _BatchTrials) -> None:
        """Accumulate the gradients for the errors assigned, improve the feedback, and change the weights."""
        n_trials = trials.output_error.shape[0]
        improve = self._rule.improve_feedback
        tasks = [partial(improve, trials, layer, weights) for layer, weights in enumerate(self._feedback)]
        blocks = self._blocks if n_trials > 1 else self._single_block
        for layer in sorted(trials.assigned):
            known = (workspace.layers[layer], self._flat_errors[layer], layer in trials.of_spikes)
            for block in blocks[layer]:
                place = (self._constants[layer], *block, self._flat_gradients[layer])
                tasks.append(partial(accumulate_gradient, n_trials, *known, *place))
        if n_trials > 1:
            self._pool.run(tasks)
        else:  # too little work to wake other threads for
            for task in tasks:
                task()
        self._step += 1
        if not self._optimizer.in_place:
            self._pool.run(self._optimizer_steps())

    def _figures(self, outcomes: list[_Outcome]) -> BatchFigures:
        labels = np.concatenate([outcome.labels for outcome in outcomes])
        layers = [np.concatenate(counts) for counts in zip(*(outcome.counts for outcome in outcomes), strict=True)]
        activity = [summarise(counts, self._network.max_spikes) for counts in layers]
        return BatchFigures(
            samples=labels.size,
            correct=int((predict(layers[-1]) == labels).sum()),
            loss=sum(self._loss.loss(outcome.output_error) for outcome in outcomes),
            spikes=tuple(spikes for spikes, _ in activity),
            capped=tuple(capped for _, capped in activity),
        )

    def _optimizer_steps(self) -> Iterator[partial[None]]:
        for weights, gradient, slots in zip(self._weights, self._gradients, self._slots, strict=True):
            for rows in share_out(weights.shape[0], self.threads):
                part = {name: values[rows] for name, values in slots.items()}
                yield partial(self._optimizer.step, weights[rows], gradient[rows], part, self._step)


class _BatchTrials:
    """The trials of one batch, as a learning rule sees them (`pynn_sfdfa.rules.Trials`)."""

    def __init__(self, engine: BatchEngine, workspace: Workspace, labels: NDArray[np.int64]) -> None:
        self._engine, self._workspace, self._labels = engine, workspace, labels
        self.n_layers = len(workspace.layers)
        self.assigned: set[int] = set()
        self.of_spikes: set[int] = set()
        """Layers whose spikes have errors of their own besides those of their neurons."""
        self._counts = [counts[: labels.size].copy() for counts in workspace.counts]
        self.output_error = engine._loss.error(self._counts[-1], labels)

    def counts(self, layer: int) -> NDArray[np.int32]:
        return self._counts[layer]

    def perturbation(self, layer: int) -> NDArray[np.float32]:
        return np.ascontiguousarray(self._workspace.perturbation[layer][: self._labels.size])

    def directional(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(self._workspace.directional[-1][: self._labels.size])

    def learn(self, layer: int, error: NDArray[np.float32]) -> None:
        self._engine._assign(layer, error)
        self.assigned.add(layer)

    def backpropagate(self, layer: int) -> None:
        self._engine._backpropagate(self._workspace, layer, self._labels.size, layer in self.of_spikes)
        self.of_spikes.add(layer - 1)

    def feed_back(self, layer: int, feedback: NDArray[np.float32]) -> None:
        self._engine._feed_back(self._workspace, layer, self._labels.size, feedback)
        self.of_spikes.add(layer)

    def outcome(self) -> _Outcome:
        """Return what is reported of these trials."""
        return _Outcome(self._counts, self.output_error, self._labels)


class _Outcome(NamedTuple):
    """What is reported of the trials of one batch."""

    counts: list[NDArray[np.int32]]  # per layer, shape (trials, neurons)
    output_error: NDArray[np.float32]  # (trials, n_out)
    labels: NDArray[np.int64]  # (trials,)


def _blocks(width: int, block: int) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float32]]]:
    """Share out a row into blocks: the first neuron of each, and space for what accumulates for its neurons."""
    for lowest in range(0, width, block):
        S1, S2 = np.empty((2, min(block, width - lowest)), np.float32)
        yield lowest, S1, S2


def _checked_threads(threads: int | None) -> int:
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads != int(threads) or threads < 1:
        raise ValueError(f"threads = {threads} is not valid; it must be an integer >= 1.")
    return int(threads)
