"""How many samples a network learns from before its weights change, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynn_sfdfa.support.numbers import is_integer

__all__ = ["BatchSize", "BatchSizes", "filled"]

BatchSize = int | Sequence[int]
"""One for all epochs, or one for each of the first epochs, of which the last is that of all that follow."""


@dataclass(frozen=True)
class BatchSizes:
    """A batch size for every epoch.

    Parameters
    ----------
    by_epoch : tuple of int
        At least one; the last is that of all epochs that follow.
    """

    by_epoch: tuple[int, ...]

    @classmethod
    def of(cls, batch_size: BatchSize) -> BatchSizes:
        """Return those that a user means.

        Raises
        ------
        ValueError
            If there is none, or one of them is not an integer >= 1.
        """
        given = batch_size if isinstance(batch_size, (tuple, list)) else (batch_size,)
        if not given or not all(is_integer(size, 1) for size in given):
            raise ValueError(
                f"batch_size = {batch_size} is not valid; it must be an integer >= 1, or a list of them, one for each "
                "of the first epochs."
            )
        return cls(tuple(int(size) for size in given))

    @property
    def largest(self) -> int:
        """That for which there must be space."""
        return max(self.by_epoch)

    @property
    def plain(self) -> BatchSize:
        """As a user would write them."""
        return self.by_epoch[0] if len(set(self.by_epoch)) == 1 else list(self.by_epoch)

    def at(self, epoch: int) -> int:
        """Return that of an epoch, counted from 1."""
        return self.by_epoch[min(epoch, len(self.by_epoch)) - 1]

    def within(self, samples: int) -> BatchSizes:
        """Return those that so many samples can fill."""
        return BatchSizes(tuple(min(size, samples) for size in self.by_epoch))


def filled(batch_size: Any, samples: int) -> Any:
    """Return batch sizes as so many samples fill them, since larger ones are that of all; what is none as it is."""
    try:
        return BatchSizes.of(batch_size).within(samples).plain
    except (OverflowError, ValueError):
        return batch_size
