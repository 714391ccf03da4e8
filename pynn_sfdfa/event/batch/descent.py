"""The steps of an optimiser, shared out among tasks: blocks of neurons of a layer, or some rows of a block.

Where a task adds up the whole gradient of its neurons, the gradient has no memory of its own: what a thread has for a
block stays in its cache, from block to block.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.event.batch.layout import aligned_zeros, part_of
from pynn_sfdfa.event.batch.pool import share_out
from pynn_sfdfa.support.arrays import FlatRows, flat_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.layers import Layers
    from pynn_sfdfa.training.optimizers import Optimizer
    from pynn_sfdfa.training.regularisation import WeightRegularisation

__all__ = ["Descent"]

_EVERY = slice(None)


class _Part(NamedTuple):
    """What an optimiser changes at a time; views."""

    weights: FlatRows
    state: dict[str, NDArray[np.float32]]


class Descent:
    """Changes the weights of some layers by their gradients.

    Parameters
    ----------
    layers : Layers
    slots : sequence of str
        Names of the arrays of state that the optimiser has for each layer.
    regularisation : WeightRegularisation, optional
        Of all weights.

    Attributes
    ----------
    slots : list of dict of float32 arrays, shape (rows * width,)
        The state of each layer, zero at first; it lies block after block.
    steps : int
        That have been taken.
    """

    def __init__(self, layers: Layers, slots: Sequence[str], regularisation: WeightRegularisation | None) -> None:
        self._layers, self._regularisation = layers, regularisation
        self.slots = [{slot: aligned_zeros((w.size,)) for slot in slots} for w in layers.weights]
        self.steps = 0
        self._parts: dict[tuple[int, int, int | None], _Part] = {}  # views take as long to make as small steps
        self._gradients: dict[int, NDArray[np.float32]] = {}
        self._space = threading.local()
        blocks = ((len(w), own.blocks[0]) for w, own in zip(layers.weights, layers.layouts, strict=True))
        self._largest = max(rows * (neurons.stop - neurons.start) for rows, neurons in blocks)

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The compiled functions of the regularisation."""
        return () if self._regularisation is None else self._regularisation.kernels

    def gradient(self, layer: int) -> NDArray[np.float32]:
        """Return that of a layer, shape (rows * width,), block after block; zero at first, and after each step."""
        if layer not in self._gradients:
            self._gradients[layer] = aligned_zeros((self._layers.weights[layer].size,))
        return self._gradients[layer]

    def regularise(self, taken: Container[int] = (), weights_at: float | None = None) -> None:
        """Add the regularisation of all layers that learn, but for those that are ``taken``, to their `gradient`.

        Parameters
        ----------
        weights_at : float, optional
            Add it, times minus this learning rate, to the weights instead.
        """
        if self._regularisation is not None:
            self._layers.pool.run(self._regularising(self._regularisation, taken, weights_at), "regularisation")

    def _regularising(
        self, regularisation: WeightRegularisation, taken: Container[int], weights_at: float | None
    ) -> Iterator[Callable[[], None]]:
        for layer, neurons in self._blocks(taken):
            weights = self._layers.weights[layer]
            own = weights[:, neurons]
            if weights_at is not None:
                yield partial(regularisation.add, own, own, -weights_at)
            else:
                yield partial(regularisation.add, own, part_of(self.gradient(layer), weights.shape[1], neurons))

    def learn(
        self, optimizer: Optimizer, layer: int, neurons: slice, add: Callable[[NDArray[np.float32]], None]
    ) -> None:
        """Take the step of a block of a layer by what ``add`` adds to a gradient of zeros, shape (rows * lanes,)."""
        part = self._part(layer, neurons)
        rows = len(self._layers.weights[layer])
        space = self._take_zeros()
        gradient = space[: rows * part.weights.lanes]
        if self._regularisation is not None:
            self._regularisation.add(self._layers.weights[layer][:, neurons], gradient.reshape(rows, -1))
        add(gradient)
        self._step(optimizer, part, gradient)  # which leaves zeros
        self._space.gradient = space

    def take_steps(self, optimizer: Optimizer, taken: Container[int] = ()) -> None:
        """Take the steps of all layers that learn, but for those that are ``taken``, by their `gradient`."""
        self._layers.pool.run(self._steps(optimizer, taken), "steps")

    def _steps(self, optimizer: Optimizer, taken: Container[int]) -> Iterator[Callable[[], None]]:
        for layer, neurons in self._blocks(taken):
            own = part_of(self.gradient(layer), self._layers.weights[layer].shape[1], neurons)
            for rows in share_out(len(own), self._layers.pool.threads):
                yield partial(self._step, optimizer, self._part(layer, neurons, rows), own[rows].reshape(-1))

    def _step(self, optimizer: Optimizer, part: _Part, gradient: NDArray[np.float32]) -> None:
        optimizer.step(part.weights, gradient, part.state, self.steps)

    def _blocks(self, taken: Container[int]) -> Iterator[tuple[int, slice]]:
        """Yield the layers that learn, but for those that are ``taken``, with each of their blocks."""
        for layer, (own, learns) in enumerate(zip(self._layers.layouts, self._layers.learns, strict=True)):
            if learns and layer not in taken:
                yield from ((layer, neurons) for neurons in own.blocks)

    def _part(self, layer: int, neurons: slice, rows: slice = _EVERY) -> _Part:
        key = (layer, neurons.start, rows.start)
        if key not in self._parts:
            weights = self._layers.weights[layer]
            of_block = {name: part_of(values, weights.shape[1], neurons) for name, values in self.slots[layer].items()}
            state = {name: values[rows].reshape(-1) for name, values in of_block.items()}
            self._parts[key] = _Part(flat_rows(weights[rows, neurons]), state)
        return self._parts[key]

    def _take_zeros(self) -> NDArray[np.float32]:
        """Return this thread's space for the gradient of a block; who has left zeros there gives it back."""
        space: NDArray[np.float32] | None = getattr(self._space, "gradient", None)
        self._space.gradient = None
        return aligned_zeros((self._largest,)) if space is None else space
