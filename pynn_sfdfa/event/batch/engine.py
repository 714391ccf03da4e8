"""The batch engine: many trials at once through the exact event-driven kernels, learning by reverse replay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import offers
from pynn_sfdfa.event.batch.activity import add_up
from pynn_sfdfa.event.batch.ahead import Ahead
from pynn_sfdfa.event.batch.arrivals_by_unit import sort_by_unit
from pynn_sfdfa.event.batch.blocks import Blocks, kernels_of_gradients
from pynn_sfdfa.event.batch.checks import check_rule
from pynn_sfdfa.event.batch.descent import Descent
from pynn_sfdfa.event.batch.given_spikes import give_spikes
from pynn_sfdfa.event.batch.lateral_effects import lateral_effects
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.neuron_errors_through_weights import neuron_errors_through_weights
from pynn_sfdfa.event.batch.outcomes import Outcome, classified, figures
from pynn_sfdfa.event.batch.pool import long_at_ends
from pynn_sfdfa.event.batch.shared_feedback import estimate_shared, estimate_shared_of_both, project_shared
from pynn_sfdfa.event.batch.spike_errors_by_feedback import spike_errors_by_feedback
from pynn_sfdfa.event.batch.spike_errors_through_weights import spike_errors_through_weights
from pynn_sfdfa.event.batch.spike_errors_within import spike_errors_within
from pynn_sfdfa.event.batch.trials import Trials
from pynn_sfdfa.support.arrays import check_arrays
from pynn_sfdfa.support.jit import compile_ahead
from pynn_sfdfa.training.batch_sizes import BatchSizes
from pynn_sfdfa.training.boosting import SampleWeights
from pynn_sfdfa.training.engine import check_labels, check_seed, initial_feedback
from pynn_sfdfa.training.losses import SpikeCount
from pynn_sfdfa.training.readouts import MostSpikes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.event.batch.workspace import Workspace
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.batch_sizes import BatchSize
    from pynn_sfdfa.training.boosting import Boosting
    from pynn_sfdfa.training.engine import BatchFigures
    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.optimizers import Optimizer
    from pynn_sfdfa.training.readouts import Readout
    from pynn_sfdfa.training.regularisation import WeightRegularisation
    from pynn_sfdfa.training.responses import Responses

__all__ = ["BatchEngine"]

_STATE = ("weights", "feedback", "optimizer", "boosting")
"""First parts of the names in a state, up to a dot or what the rule's feedback keeps."""

_OF_TRIALS: dict[str, Callable[[Layers], tuple[Any, ...]]] = {
    "give_spikes": lambda layers: (give_spikes,),
    "improve_shared_feedback": lambda layers: (estimate_shared, estimate_shared_of_both) if layers.see_parts else (),
    "lateral_effect": lambda layers: (lateral_effects,) if any(layers.inhibition) else (),
    "neuron_errors_through_feedback": lambda layers: (project_shared,) if layers.see_parts else (),
    "neuron_errors_through_weights": lambda layers: (neuron_errors_through_weights,),
    "potential_ratio": lambda layers: () if all(layers.at_threshold) else (neuron_errors_through_weights,),
    "spike_errors_by_feedback": lambda layers: (spike_errors_by_feedback,),
    "spike_errors_through_feedback": lambda layers: (spike_errors_through_weights,),
    "spike_errors_through_weights": lambda layers: (spike_errors_through_weights,),
    "spike_errors_within": lambda layers: (spike_errors_within,) if any(layers.delays_within) else (),
}
"""Kernels behind methods of `Trials` that not all rules call."""

_REPORTED_TRIALS = 20
"""Smaller batches are reported together: a report costs as much as the learning from some trials."""


class BatchEngine:
    """A feed-forward network laid out for training on this machine.

    Parameters
    ----------
    network : Network
        Its weights are copied; the network is not changed.
    rule : LearningRule, optional
        How errors reach hidden layers; what only responds needs none.
    optimizer : Optimizer, optional
        How gradients change weights; what is not trained needs none.
    loss : Loss
        What the errors of the output are.
    batch_size : int or sequence of int
        The same for all epochs, or one for each of the first epochs, the last of them for all that follow.
    seed : int
        Seed of the perturbations and of the rule's initial feedback.
    threads : int, optional
        Default: as many as this process has cores. Results do not depend on it.
    readout : Readout
        By which samples count as classified correctly while they are learned.
    regularisation : WeightRegularisation, optional
        Of all weights.
    boosting : Boosting, optional
        By which samples come to count more.

    Raises
    ------
    ValueError
        If the batch size, the seed or the number of threads is not valid, or the rule cannot learn in a layer.
    """

    def __init__(
        self,
        network: Network,
        rule: LearningRule | None = None,
        optimizer: Optimizer | None = None,
        loss: Loss | None = None,
        batch_size: BatchSize = 50,
        seed: int = 0,
        threads: int | None = None,
        readout: Readout | None = None,
        regularisation: WeightRegularisation | None = None,
        boosting: Boosting | None = None,
    ) -> None:
        check_seed(seed)
        if rule is not None:
            check_rule(network, rule)
        self._rule, self._given_optimizer = rule, optimizer
        self._loss = loss if loss is not None else SpikeCount()
        self._readout = readout if readout is not None else MostSpikes()
        self._batch_sizes = BatchSizes.of(batch_size)
        self._batch_size = self._batch_sizes.largest  # for which there is space
        self._sample_weights = None if boosting is None else SampleWeights(boosting)
        self._layers = Layers(network, seed, threads)
        self._feedback = initial_feedback(network, rule, seed)
        keeps = () if rule is None else rule.parts.feedback.keeps
        self._kept = {name: [np.zeros_like(own) for own in self._feedback] for name in keeps}
        self._descent = Descent(self._layers, () if optimizer is None else optimizer.slots, regularisation)
        self._space: _Space | None = None

    @property
    def offers(self) -> frozenset[Need]:
        """What networks can learn by here."""
        return offers("event")

    @property
    def threads(self) -> int:
        """Threads at work."""
        return self._layers.pool.threads

    def prepare(self, report: Callable[[int, int], None] | None = None) -> None:
        """Compile the kernels of a training, the longest first; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        rule, optimizer = self._learning()
        of_trials = [kernel for method in rule.asks for kernel in _OF_TRIALS[method](self._layers)]
        kernels = [*self._layers.advancing, *dict.fromkeys(of_trials)]
        of_gradients = kernels_of_gradients(self._layers.layouts, self._layers.constants, rule.parts.local_gradient)
        kernels += [*self._layers.arriving, *of_gradients, sort_by_unit, *rule.kernels]
        kernels += self._descent.kernels
        kernels += [*optimizer.kernels, add_up, *self._loss.kernels]
        compile_ahead(kernels, self.threads, report)

    def train(
        self,
        trains: Presentations,
        order: NDArray[np.int64],
        first_trial: int,
        epoch: int = 1,
        report: Callable[[int], None] | None = None,  # not needed: items follow one another quickly
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        rule, optimizer = self._learning()
        optimizer = optimizer.at(epoch)
        check_labels(trains, self._layers.sizes[-1])
        batch_size = self._batch_sizes.at(epoch)
        ahead = Ahead(trains, order, batch_size, epoch)
        sample_weights = self._sample_weights
        if sample_weights is not None:
            sample_weights.begin(trains.labels, order.size == len(trains))
        outcomes: list[Outcome] = []
        for start in range(0, order.size, batch_size):
            samples = order[start : start + batch_size]
            scale = 1.0 / samples.size
            if optimizer.in_place:
                scale *= -optimizer.learning_rate
            shown, at = ahead.take()
            workspace = self._layers.workspace(shown, self._batch_size)
            trials = self._shown(workspace, shown, at, first_trial + start, rule, scale)
            outcomes.append(self._outcome(workspace, trials, trains.labels[samples]))
            if sample_weights is not None:
                trials.output_error = trials.output_error * sample_weights.of(samples)[:, np.newaxis]
                sample_weights.classified(samples, classified(outcomes[-1:], self._readout))
            rule.assign_errors(trials, self._feedback)
            told: list[BatchFigures] = []
            meanwhile: list[Callable[[], None]] = [ahead.make]
            if len(outcomes) * batch_size >= _REPORTED_TRIALS or start + batch_size >= order.size:
                meanwhile.append(partial(self._tell, outcomes, told))
                outcomes = []
            self._descend(trials, rule, optimizer, meanwhile)
            yield from told

    def gradient(self, trains: Presentations) -> list[NDArray[np.float32]]:
        """Return the gradients by which the rule would descend; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        if self._rule is None:
            raise ValueError("This engine was made without a rule, so there is no gradient; give training_engine one.")
        check_labels(trains, self._layers.sizes[-1])
        totals = [np.zeros(w.size, np.float32) for w in self._layers.weights]
        for start in range(0, len(trains), self._batch_size):
            samples = np.arange(start, min(start + self._batch_size, len(trains)))
            shown, at = trains.shown(samples, 0)
            workspace = self._layers.workspace(shown, self._batch_size)
            trials = self._shown(workspace, shown, at, start, self._rule, 1.0 / len(trains))
            self._add_gradients(trials, self._rule, totals)
        return [own.pynn_weights(own.by_row(total)) for own, total in zip(self._layers.layouts, totals, strict=True)]

    def respond(self, trains: Presentations) -> Responses:
        """Run all samples without learning; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        return self._layers.respond(trains, self._batch_size, self._readout.of_times)

    def weights(self) -> list[NDArray[np.float32]]:
        """Return copies of the weights, in the shapes of the connectivity."""
        return [own.pynn_weights(w) for own, w in zip(self._layers.layouts, self._layers.weights, strict=True)]

    def feedback(self) -> list[NDArray[np.float32]]:
        """Return copies of the feedback weights, one for each hidden layer."""
        return [feedback.copy() for feedback in self._feedback]

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return copies of weights, feedback, optimiser state and number of steps, in PyNN's shapes."""
        arrays: dict[str, NDArray[np.generic]] = {"optimizer.step": np.array([self._descent.steps], np.int64)}
        if self._sample_weights is not None:
            arrays |= self._sample_weights.state()
        for layer, (weights, slots) in enumerate(zip(self.weights(), self._descent.slots, strict=True)):
            arrays[f"weights.{layer}"] = weights
            layout = self._layers.layouts[layer]
            for slot, values in slots.items():
                arrays[f"optimizer.{slot}.{layer}"] = layout.pynn_weights(layout.by_row(values))
        for name, own in self._of_feedback().items():
            arrays[name] = own.copy()
        return arrays

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Restore what `state` returned; ValueError if it does not fit this network."""
        expected = self.state()
        own = {name: expected.pop(name) for name in tuple(expected) if name.startswith("boosting.")}
        check_arrays(arrays, expected)
        surplus = [n for n in arrays if n.split(".")[0].split("_")[0] in _STATE and n not in {**expected, **own}]
        if surplus:
            raise ValueError(f"The state has {surplus[0]}, which this training does not have.")
        if self._sample_weights is not None:
            self._sample_weights.load_state(arrays)
        self._descent.steps = int(arrays["optimizer.step"][0])
        for layer, (weights, slots) in enumerate(zip(self._layers.weights, self._descent.slots, strict=True)):
            layout = self._layers.layouts[layer]
            weights[...] = layout.padded_weights(arrays[f"weights.{layer}"])
            for slot, values in slots.items():
                values[...] = layout.by_block(layout.padded_weights(arrays[f"optimizer.{slot}.{layer}"]))
        for name, array in self._of_feedback().items():
            array[...] = arrays[name]

    def _of_feedback(self) -> dict[str, NDArray[np.float32]]:
        """Return the feedback and what is kept of it, by their names in a state; no copies."""
        kinds = {"feedback": self._feedback} | {f"feedback_{name}": own for name, own in self._kept.items()}
        return {f"{kind}.{layer}": own for kind, arrays in kinds.items() for layer, own in enumerate(arrays)}

    def _learning(self) -> tuple[LearningRule, Optimizer]:
        if self._rule is None or self._given_optimizer is None:
            raise ValueError("This engine was made without a rule or an optimizer, so it cannot learn; give it both.")
        return self._rule, self._given_optimizer

    def _learning_space(self) -> _Space:
        if self._space is None:
            self._space = _Space(self._layers, self._batch_size)
        return self._space

    def _shown(
        self,
        workspace: Workspace,
        trains: SpikeTrains,
        samples: NDArray[np.int64],
        first_trial: int,
        rule: LearningRule,
        scale: float,
    ) -> Trials:
        """Run a batch of trials."""
        perturbed, layer_wise = Need.PERTURBATIONS in rule.needs, rule.parts.transport.layer_wise
        how = {"passed_on": not layer_wise, "every": rule.parts.local_gradient.of_potential}
        self._layers.run(workspace, trains, samples, first_trial, perturbed, **how)
        space, labels = self._learning_space(), trains.labels[samples]
        return Trials(
            self._layers,
            workspace,
            space.errors,
            space.flat_errors,
            self._loss,
            labels,
            scale,
            layer_wise=layer_wise,
            batch=self._descent.steps + 1,
            kept=self._kept,
        )

    def _add_gradients(self, trials: Trials, rule: LearningRule, gradients: Sequence[NDArray[np.float32]]) -> None:
        """Assign errors, and add to the gradients of all layers, block after block; nothing else changes."""
        rule.assign_errors(trials, self._feedback)
        blocks = self._learning_space().blocks
        groups = trials.gradient_tasks(gradients.__getitem__, blocks, rule.parts.local_gradient, by_block=True)
        self._layers.pool.run(long_at_ends(groups))
        self._layers.without_absent(gradients.__getitem__, by_block=True)

    def _descend(
        self, trials: Trials, rule: LearningRule, optimizer: Optimizer, meanwhile: list[Callable[[], None]]
    ) -> None:
        """Accumulate the gradients for the errors assigned, improve the feedback, and change the weights."""
        layers, descent, blocks = self._layers, self._descent, self._learning_space().blocks
        by_block = not optimizer.in_place
        learning = trials.learning if by_block else []
        of_blocks = [layer for layer in learning if blocks.complete(layer) and layers.all_present(layer)]
        descent.regularise(taken=of_blocks, weights_at=optimizer.learning_rate if optimizer.in_place else None)
        descent.steps += 1
        learn = {layer: partial(descent.learn, optimizer, layer) for layer in of_blocks}
        gradients = descent.gradient if by_block else layers.flat_weights.__getitem__
        groups = trials.gradient_tasks(gradients, blocks, rule.parts.local_gradient, by_block, learn)
        improve = rule.parts.feedback.improve
        improving = [partial(improve, trials, layer, own) for layer, own in enumerate(self._feedback)]
        layers.pool.run(long_at_ends([*groups, [*meanwhile, *improving]]), "gradients")
        layers.without_absent(gradients, by_block)
        if by_block:
            descent.take_steps(optimizer, taken=of_blocks)

    def _outcome(self, workspace: Workspace, trials: Trials, labels: NDArray[np.int64]) -> Outcome:
        """Return what is reported of a batch of trials; output spikes are as before a rule gives neurons others."""
        output = self._layers.output_spikes(workspace, labels.size) if self._readout.of_times else None
        return Outcome(trials.all_counts, output, trials.output_error, labels)

    def _figures(self, outcomes: list[Outcome]) -> BatchFigures:
        return figures(outcomes, self._loss, self._readout, self._layers.max_spikes)

    def _tell(self, outcomes: list[Outcome], told: list[BatchFigures]) -> None:
        told.append(self._figures(outcomes))


class _Space:
    """What only an engine that computes gradients needs memory for."""

    def __init__(self, layers: Layers, batch_size: int) -> None:
        self.errors = [np.zeros((batch_size, own.count * own.width), np.float32) for own in layers.layouts]
        self.flat_errors = [error.reshape(-1) for error in self.errors]
        self.blocks = Blocks(layers.layouts)
