"""The steps of an optimiser, shared out among tasks: blocks of neurons of a layer, or some rows of a block."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.event.batch.layout import aligned_zeros, part_of
from pynn_sfdfa.event.batch.pool import share_out
from pynn_sfdfa.support.arrays import FlatRows, flat_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.layers import Layers
    from pynn_sfdfa.training.optimizers import Optimizer

__all__ = ["Descent"]

_EVERY = slice(None)


class _Part(NamedTuple):
    """What an optimiser changes at a time; views."""

    weights: FlatRows
    gradient: NDArray[np.float32]
    state: dict[str, NDArray[np.float32]]


class Descent:
    """Changes the weights of some layers by their gradients.

    Parameters
    ----------
    layers : Layers
    slots : sequence of str
        Names of the arrays of state that the optimiser has for each layer.

    Attributes
    ----------
    slots : list of dict of float32 arrays, shape (rows * width,)
        The state of each layer, zero at first; it lies block after block, too.
    steps : int
        That have been taken.
    """

    def __init__(self, layers: Layers, slots: Sequence[str]) -> None:
        self._layers = layers
        self.slots = [{slot: aligned_zeros((w.size,)) for slot in slots} for w in layers.weights]
        self.steps = 0
        self._parts: dict[tuple[int, int, int | None], _Part] = {}  # views take as long to make as small steps

    @cached_property
    def gradients(self) -> list[NDArray[np.float32]]:
        """One of each layer, shape (rows * width,), block after block; zero at first, and after a step."""
        return [aligned_zeros((w.size,)) for w in self._layers.weights]

    def tasks(self, optimizer: Optimizer, taken: Container[int] = ()) -> Iterator[Callable[[], None]]:
        """Yield the steps of all layers that learn, but for those that are ``taken``; in any order, on any thread."""
        for layer, (weights, learns) in enumerate(zip(self._layers.weights, self._layers.learns, strict=True)):
            if learns and layer not in taken:
                for neurons in self._layers.layouts[layer].blocks:
                    for rows in share_out(weights.shape[0], self._layers.pool.threads):
                        yield partial(self.step, optimizer, layer, neurons, rows)

    def step(self, optimizer: Optimizer, layer: int, neurons: slice, rows: slice = _EVERY) -> None:
        """Change the weights of a block of a layer, or of some rows of it."""
        part = self._parts.get((layer, neurons.start, rows.start))
        if part is None:
            part = self._parts[layer, neurons.start, rows.start] = self._part(layer, neurons, rows)
        optimizer.step(*part, self.steps)

    def _part(self, layer: int, neurons: slice, rows: slice) -> _Part:
        weights = self._layers.weights[layer]

        def own(by_block: NDArray[np.float32]) -> NDArray[np.float32]:
            return part_of(by_block, weights.shape[1], neurons)[rows].reshape(-1)

        state = {name: own(values) for name, values in self.slots[layer].items()}
        return _Part(flat_rows(weights[rows, neurons]), own(self.gradients[layer]), state)
