"""The trials of one batch, as a learning rule sees them, and the gradients that follow from the errors it assigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.blocks import Replay
from pynn_sfdfa.event.batch.given_spikes import give_spikes
from pynn_sfdfa.event.batch.passes import (
    lateral_effect,
    neuron_errors_below,
    propagate_errors,
    propagate_within,
    return_answers,
)
from pynn_sfdfa.event.batch.replayed import Replayed
from pynn_sfdfa.event.batch.shared_feedback import (
    Arrivals,
    estimate_shared,
    estimate_shared_of_both,
    project_shared,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.blocks import Blocks, Learn
    from pynn_sfdfa.event.batch.layers import Layers
    from pynn_sfdfa.event.batch.workspace import Workspace
    from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
    from pynn_sfdfa.training.losses import Loss

__all__ = ["Trials"]


class Trials:
    """What has happened in the trials of one batch (`pynn_sfdfa.rules.trials.Trials`).

    Parameters
    ----------
    layers : Layers
    workspace : Workspace
        In which the trials have been run.
    errors : sequence of float32 arrays, shape (batch_size, sites * width)
        Space for the errors of each layer; what is not assigned is zero.
    flat_errors : sequence of float32 arrays, shape (batch_size * sites * width,)
        The same memory, as the kernels take it.
    loss : Loss
        What the errors of output neurons are.
    labels : int64, shape (trials,)
    scale : float
        By which errors are multiplied when they are assigned.
    layer_wise : bool
        Whether feedback to a hidden layer comes from the next layer, not from the output.
    batch : int
        Which batch of the training it is, counted from 1.
    kept : mapping, optional
        By name, what the rule's feedback keeps of each hidden layer, of the shape of its feedback.
    """

    def __init__(
        self,
        layers: Layers,
        workspace: Workspace,
        errors: Sequence[NDArray[np.float32]],
        flat_errors: Sequence[NDArray[np.float32]],
        loss: Loss,
        labels: NDArray[np.int64],
        scale: float,
        *,
        layer_wise: bool = False,
        batch: int = 1,
        kept: Mapping[str, Sequence[NDArray[np.float32]]] | None = None,
    ) -> None:
        n_trials = labels.size
        self._layers, self._workspace, self._n, self._scale = layers, workspace, n_trials, np.float32(scale)
        self._errors = errors
        self._layer_wise, self.batch, self._kept = layer_wise, batch, kept or {}
        self._flat_errors = flat_errors
        self.n_layers = len(workspace.layers)
        self._assigned: set[int] = set()
        self._of_spikes: set[int] = set()  # layers whose spikes have errors of their own besides those of their neurons
        self._labels = labels
        self._given = False  # whether a target neuron was given spikes
        self._potential: dict[int, NDArray[np.float32]] = {}  # in units of theta
        self.all_counts = [workspace.counts(layer, n_trials).copy() for layer in range(self.n_layers)]
        self.output_error = loss.error(self.all_counts[-1], labels)

    def counts(self, layer: int) -> NDArray[np.int32]:
        """Spikes of each neuron in each trial."""
        return self.all_counts[layer]

    def perturbation(self, layer: int) -> NDArray[np.float32]:
        """v of the neurons that fired and 0 for the others."""
        return np.ascontiguousarray(self._workspace.perturbation(layer, self._n))

    def directional(self, layer: int | None = None) -> NDArray[np.float32]:
        """d, the sum of the grades that each neuron has received before its spikes, where the feedback comes from."""
        if self._layer_wise and layer is None:
            raise ValueError("Each hidden layer has feedback from the next one here; call directional(layer).")
        source = layer + 1 if self._layer_wise and layer is not None else self.n_layers - 1
        return np.ascontiguousarray(self._workspace.directional(source, self._n))

    def shares_feedback(self, layer: int) -> bool:
        """Whether neurons that see a part of a hidden layer give it its feedback."""
        return self._layer_wise and not self._layers.layouts[layer + 1].sees_all

    def kept(self, name: str, layer: int) -> NDArray[np.float32]:
        """What the rule keeps of the feedback of a hidden layer from batch to batch."""
        return self._kept[name][layer]

    def improve_shared_feedback(
        self, layer: int, learning_rate: float, feedback: NDArray[np.float32], share: NDArray[np.float32] | None = None
    ) -> None:
        """Move the shared feedback of a hidden layer towards the mean of v_j d_i over all places, in place."""
        layout, counts = self._layers.layouts[layer + 1], self.counts(layer)
        rows, correlation = feedback.shape[1], np.zeros(feedback.size, np.float32)
        of_trials = (np.ascontiguousarray(counts).reshape(-1), self.perturbation(layer).reshape(-1))
        directional = self._by_place(layer + 1, self.directional(layer))
        arrivals, rate = Arrivals(*layout.arrivals, layout.count, layout.lanes), np.float32(learning_rate)
        if share is None:
            fired = np.zeros(rows, np.int64)
            estimate_shared(*of_trials, directional, arrivals, rate, fired, correlation, feedback)
        else:
            pairs = len(counts) * np.bincount(arrivals.row, minlength=rows)
            sums = (pairs, np.zeros_like(correlation), correlation)
            estimate_shared_of_both(*of_trials, directional, arrivals, rate, *sums, feedback, share)

    def neuron_errors_through_feedback(
        self, layer: int, error: NDArray[np.float32], feedback: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the errors of the layer below, through shared feedback from those of this one."""
        layout = self._layers.layouts[layer]
        below = np.empty(self.counts(layer - 1).shape, np.float32)
        turned = np.ascontiguousarray(feedback.T).reshape(-1)
        arrivals = Arrivals(*layout.arrivals, layout.count, layout.lanes)
        project_shared(self._by_place(layer, error), turned, arrivals, below.reshape(-1))
        return below

    def _by_place(self, layer: int, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (trials, neurons), channels first, site by site without padding, (trials * sites * lanes,)."""
        layout = self._layers.layouts[layer]
        sites = values.reshape(len(values), layout.lanes, layout.count).transpose(0, 2, 1)
        return np.ascontiguousarray(sites).reshape(-1)

    def neuron_errors(self, layer: int, error: NDArray[np.float32]) -> None:
        """Give all spikes of a neuron one error."""
        self._layers.layouts[layer].by_site(error * self._scale, self._errors[layer][: len(error)])
        self._assigned.add(layer)

    def spike_errors_by_feedback(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """Give every spike of a hidden layer an error from the output spikes that follow it."""
        return_answers(
            self._layers.pool,
            self._workspace,
            layer,
            self._n,
            layout=self._layers.layouts[layer],
            feedback=feedback,
            output=self._replayed(self.n_layers - 1),
            delay=np.float32((self.n_layers - 1 - layer) * self._layers.delay),
        )
        self._of_spikes.add(layer)

    def spike_errors_through_weights(self, layer: int) -> None:
        """Add to the error of every spike below how the loss changes with its time through this layer."""
        self._spike_errors_below(layer, self._layers.flat_weights[layer])

    def spike_errors_within(self, layer: int) -> None:
        """Add to the error of every spike of a recurrent layer what it does within it."""
        layout = self._layers.layouts[layer]
        if not layout.within:
            return
        propagate_within(
            self._layers.pool,
            self._n,
            layout,
            self._layers.flat_weights[layer],
            self._replayed(layer),
        )
        self._of_spikes.add(layer)

    def spike_errors_through_feedback(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """The same with feedback weights in place of the forward weights."""
        self._spike_errors_below(layer, self._layers.layouts[layer].padded_weights(feedback.T).reshape(-1))

    def _spike_errors_below(self, layer: int, weights: NDArray[np.float32]) -> None:
        below = self._workspace.layers[layer - 1]
        propagate_errors(self._layers.pool, self._n, weights, self._replayed(layer), below)
        self._of_spikes.add(layer - 1)

    def give_spikes(self, number: int) -> None:
        """Give the target neuron so many even spikes in each trial in which it is silent."""
        constants, output = self._layers.constants[-1], self._workspace.layers[-1]
        number = min(number, int(constants.max_spikes))
        if constants.refractory:
            number = min(number, max(1, int(constants.trial_duration / constants.refractory) - 2))
        self._given = give_spikes(self._labels, number, constants, output)

    def neuron_errors_through_weights(
        self, layer: int, error: NDArray[np.float32], silent_ratio: float
    ) -> NDArray[np.float32]:
        """Return the errors of the layer below, from those of this one."""
        below, self._potential[layer] = neuron_errors_below(
            self._layers.pool,
            self._workspace,
            self._layers.layouts,
            layer,
            self._layers.flat_weights[layer],
            error,
            self._layers.constants[layer],
            np.float32(silent_ratio),
        )
        return below

    def potential_ratio(self, layer: int) -> NDArray[np.float32]:
        """Return the potential summed over a neuron's spikes, for each of them, in units of theta."""
        counts, constants = self._fired(layer), self._layers.constants[layer]
        ratio: NDArray[np.float32] = np.ones(counts.shape, np.float32)  # what a neuron has reached at its spikes
        if not self._layers.at_threshold[layer] or (self._given and layer == self.n_layers - 1):
            if layer not in self._potential:
                self.neuron_errors_through_weights(layer, np.ones(counts.shape, np.float32), 1.0)  # any but 0
            ratio = (self._potential[layer] / np.maximum(counts, 1)).astype(np.float32)
        silent = counts == 0
        if silent.any():
            weight = self._layers.layouts[layer].summed_weights(self._layers.weights[layer])
            half = np.float32(0.5) * (np.float32(1.0) - constants.tau_syn / constants.tau_m) / constants.c
            ratio = np.where(silent, half * weight, ratio).astype(np.float32)
        return ratio

    def lateral_effect(self, layer: int) -> NDArray[np.float32] | None:
        """Return how much a neuron excites itself, by silencing those that inhibit it."""
        inhibition = self._layers.inhibition[layer]
        if not inhibition:
            return None
        return lateral_effect(
            self._layers.pool, self._workspace, layer, self._n, np.float32(inhibition), self._layers.constants[layer]
        )

    def scale_errors(self, layer: int, factor: NDArray[np.float32]) -> None:
        """Multiply the errors that the neurons of a layer and their spikes have been assigned."""
        factor = self._layers.layouts[layer].by_site(factor)
        self._errors[layer][: len(factor)] *= factor
        if layer in self._of_spikes:
            spikes = self._workspace.layers[layer].spikes.reshape(self._workspace.trials, -1)
            for trial, own in enumerate(factor):
                fired = spikes[trial, : int(self._fired(layer)[trial].sum())]
                fired["error"] *= own[fired["unit"]]

    def _replayed(self, layer: int) -> Replayed:
        """Return a layer with the errors that it has been assigned, as the kernels take it."""
        events, constants = self._workspace.layers[layer], self._layers.constants[layer]
        return Replayed(events, constants, self._flat_errors[layer], layer in self._of_spikes)

    def _fired(self, layer: int) -> NDArray[np.int32]:
        """Spikes of each neuron in each trial, with those that it was given."""
        return self._workspace.counts(layer, self._n)

    def gradient_tasks(
        self,
        gradients: Callable[[int], NDArray[np.float32]],
        blocks: Blocks,
        local_gradient: LocalGradient,
        by_block: bool,
        learn: Mapping[int, Learn] | None = None,
    ) -> Iterator[list[Callable[[], None]]]:
        """Yield what adds error times eligibility to the gradients, in any order, on any thread: a list for each layer.

        The layer with the longest tasks comes first.

        Parameters
        ----------
        gradients : callable
            Returns that of a layer, shape (rows * width,).
        blocks : Blocks
        local_gradient : LocalGradient
        by_block : bool
            Whether they lie block after block; row after row otherwise, as weights do.
        learn : mapping, optional
            From layers to what is done with blocks of theirs in place of adding to their gradients; see `Blocks.learn`.
        """
        groups = self._workspace.most_groups
        for layer in self._layers.longest_first:
            if not self._learns(layer):
                continue
            silent = np.float32(local_gradient.silent * self._layers.silent[layer])
            replay = Replay(self._replayed(layer), local_gradient.of_potential, silent, groups[layer])
            pool, by_itself = self._layers.pool, None if learn is None else learn.get(layer)
            if by_itself is not None:
                yield list(blocks.learn(pool, layer, self._n, replay, by_itself))
            else:
                yield list(blocks.tasks(pool, layer, self._n, replay, gradients(layer), by_block))

    @property
    def learning(self) -> list[int]:
        """Layers whose weights change, and that have been assigned errors."""
        return [layer for layer in sorted(self._assigned) if self._learns(layer)]

    def _learns(self, layer: int) -> bool:
        return layer in self._assigned and self._layers.learns[layer]
