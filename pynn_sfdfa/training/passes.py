"""A pass through the samples of an epoch: in which order, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["sample_order", "until"]

T = TypeVar("T")


def sample_order(n: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch; it depends on nothing but the arguments."""
    return np.random.default_rng(np.random.SeedSequence([seed, epoch])).permutation(n)


def until(interrupted: threading.Event, items: Iterator[T]) -> Iterator[T]:
    """Pass items on; an engine whose work is done by another program may fail because Ctrl-C has ended that."""
    try:
        yield from items
    except RuntimeError:
        if not interrupted.is_set():
            raise
        raise KeyboardInterrupt from None
