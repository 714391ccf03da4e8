"""A batch in shards: gradients of parts of it, which may be computed anywhere, added up in one order.

The shards of a batch and the order of their sum, pairs of pairs, depend on its size alone. Whoever computes them, one
process or many workers, gets the same weights, bit by bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pynn_sfdfa.training.engine import BatchFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Learned", "Workers", "shard_bounds", "total"]


@dataclass(eq=False)
class Learned:
    """What some samples teach.

    Attributes
    ----------
    gradient : float32, shape (weights of all layers,)
        Divided by the samples of the whole batch.
    figures : BatchFigures
    """

    gradient: NDArray[np.float32]
    figures: BatchFigures

    def __iadd__(self, other: Learned) -> Learned:
        self.gradient += other.gradient
        mine, others = self.figures, other.figures
        self.figures = BatchFigures(
            samples=mine.samples + others.samples,
            correct=mine.correct + others.correct,
            loss=mine.loss + others.loss,
            spikes=tuple(a + b for a, b in zip(mine.spikes, others.spikes, strict=True)),
            capped=tuple(a + b for a, b in zip(mine.capped, others.capped, strict=True)),
        )
        return self


def total(n: int, learned: Callable[[int], Learned | None], first: int = 0) -> Learned | None:
    """Return the sum over ``first`` to before ``first + n`` in pairs of pairs; changed in place, None is nothing.

    Parameters
    ----------
    n : int
        A power of 2.
    learned : callable
        Given the number of one of them, returns it.
    """
    if n == 1:
        return learned(first)
    one, other = total(n // 2, learned, first), total(n // 2, learned, first + n // 2)
    if one is None or other is None:
        return one or other
    one += other
    return one


def shard_bounds(n: int, shards: int) -> list[int]:
    """Return where the shards of a batch of n samples begin, and n."""
    return [shard * n // shards for shard in range(shards + 1)]


class Workers(Protocol):
    """Who computes the shards of a batch."""

    def start(
        self, parameters: Sequence[NDArray[np.float32]], batch: SpikeTrains, bounds: Sequence[int], scale: float
    ) -> Callable[[], Learned]:
        """Begin with a batch, and return what waits for what it teaches.

        Parameters
        ----------
        parameters : sequence of float32 arrays
            The weights of each layer, flat; then the feedback of each hidden layer, if there is any.
        batch : SpikeTrains
        bounds : sequence of int
            Shard k are the samples from ``bounds[k]`` to before ``bounds[k + 1]``; a power of 2 of them.
        scale : float
            By which errors are multiplied.
        """
        ...
