"""The trials of one batch, as a learning rule sees them, and the gradients that follow from the errors it assigns."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.event.batch.layout import block_width
from pynn_sfdfa.event.batch.passes import propagate_errors, return_answers
from pynn_sfdfa.event.batch.weight_gradients import accumulate_gradient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.layers import Layers
    from pynn_sfdfa.event.batch.workspace import Workspace
    from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
    from pynn_sfdfa.training.losses import Loss

__all__ = ["Blocks", "Trials"]


class Blocks:
    """How the neurons of each layer are shared out among tasks, with space for what accumulates for each."""

    def __init__(self, widths: Sequence[int]) -> None:
        self._many = [list(_blocks(width, block_width(width))) for width in widths]
        self._one = [list(_blocks(width, width)) for width in widths]

    def of(self, layer: int, n_trials: int) -> list[tuple[int, NDArray[np.float32]]]:
        """Return first neuron of each block and space for S1, S2 and carry; for a single trial there is one."""
        return self._many[layer] if n_trials > 1 else self._one[layer]


class Trials:
    """What has happened in the trials of one batch (`pynn_sfdfa.rules.trials.Trials`).

    Parameters
    ----------
    layers : Layers
    workspace : Workspace
        In which the trials have been run.
    errors : sequence of float32 arrays, shape (batch_size, width)
        Space for the errors of each layer; what is not assigned is zero.
    flat_errors : sequence of float32 arrays, shape (batch_size * width,)
        The same memory, as the kernels take it.
    loss : Loss
        What the errors of output neurons are.
    labels : int64, shape (trials,)
    scale : float
        By which errors are multiplied when they are assigned.
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
    ) -> None:
        n_trials = labels.size
        self._layers, self._workspace, self._n, self._scale = layers, workspace, n_trials, np.float32(scale)
        self._errors = errors
        self._flat_errors = flat_errors
        self.n_layers = len(workspace.layers)
        self._assigned: set[int] = set()
        self._of_spikes: set[int] = set()  # layers whose spikes have errors of their own besides those of their neurons
        self.all_counts = [counts[:n_trials].copy() for counts in workspace.counts]
        self.output_error = loss.error(self.all_counts[-1], labels)

    def counts(self, layer: int) -> NDArray[np.int32]:
        """Spikes of each neuron in each trial."""
        return self.all_counts[layer]

    def perturbation(self, layer: int) -> NDArray[np.float32]:
        """v of the neurons that fired and 0 for the others."""
        return np.ascontiguousarray(self._workspace.perturbation[layer][: self._n])

    def directional(self) -> NDArray[np.float32]:
        """d_o, the sum of the grades of each output neuron's spikes."""
        return np.ascontiguousarray(self._workspace.directional[-1][: self._n])

    def neuron_errors(self, layer: int, error: NDArray[np.float32]) -> None:
        """Give all spikes of a neuron one error."""
        trials, neurons = error.shape
        np.multiply(error, self._scale, out=self._errors[layer][:trials, :neurons])
        self._assigned.add(layer)

    def spike_errors_by_feedback(self, layer: int, feedback: NDArray[np.float32]) -> None:
        """Give every spike of a hidden layer an error from the output spikes that follow it."""
        return_answers(
            self._layers.pool,
            self._workspace,
            layer,
            self._n,
            feedback=feedback,
            error=self._flat_errors[-1],
            delay=np.float32((self.n_layers - 1 - layer) * self._layers.delay),
            constants=self._layers.constants[-1],
        )
        self._of_spikes.add(layer)

    def spike_errors_through_weights(self, layer: int) -> None:
        """Add to the error of every spike below how the loss changes with its time through this layer."""
        propagate_errors(
            self._layers.pool,
            self._workspace,
            layer,
            self._n,
            weights=self._layers.flat_weights[layer],
            error=self._flat_errors[layer],
            of_spikes=layer in self._of_spikes,
            constants=self._layers.constants[layer],
        )
        self._of_spikes.add(layer - 1)

    def gradient_tasks(
        self, gradients: Sequence[NDArray[np.float32]], blocks: Blocks, local_gradient: LocalGradient
    ) -> Iterator[Callable[[], None]]:
        """Yield what adds error times eligibility to the gradients; in any order, on any thread.

        Parameters
        ----------
        gradients : sequence of float32 arrays, shape (n_pre * width,)
        blocks : Blocks
        local_gradient : LocalGradient
        """
        for layer in sorted(self._assigned):
            events, errors, constants = self._workspace.layers[layer], self._flat_errors[layer], self._layers.constants
            of_spikes, gradient = layer in self._of_spikes, gradients[layer]
            how = (of_spikes, local_gradient.of_potential, constants[layer])
            for lowest, space in blocks.of(layer, self._n):
                yield partial(accumulate_gradient, self._n, events, errors, *how, lowest, *space, gradient)


def _blocks(width: int, block: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Share out a row into blocks: the first neuron of each, and space for what accumulates for its neurons."""
    for lowest in range(0, width, block):
        yield lowest, np.empty((3, min(block, width - lowest)), np.float32)
