"""A pass through samples: in which order, how many at a time, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["sample_order", "trials_at_once", "until"]

T = TypeVar("T")

_AT_ONCE, _AT_ONCE_AT_SITES = 50, 8


def sample_order(n: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch; it depends on nothing but the arguments."""
    return np.random.default_rng(np.random.SeedSequence([seed, epoch])).permutation(n)


def trials_at_once(batch_size: int, many_sites: bool) -> int:
    """Return how many trials are run together where nothing is learned, if so many are learned from at a time.

    Where layers have many sites, each trial has as many records as a batch of a dense network: more than a few trials
    take memory, which costs time where it is new, and save none.
    """
    return max(batch_size, _AT_ONCE_AT_SITES if many_sites else _AT_ONCE)


def until(interrupted: threading.Event, items: Iterator[T]) -> Iterator[T]:
    """Pass items on; an engine whose work is done by another program may fail because Ctrl-C has ended that."""
    try:
        yield from items
    except RuntimeError:
        if not interrupted.is_set():
            raise
        raise KeyboardInterrupt from None
