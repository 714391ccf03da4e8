"""Brian2's search for garbage, spared what cannot be garbage."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["left_alone"]

_FEW = 1000
"""Python 3.12 itself freezes 375 objects as it starts."""


@contextlib.contextmanager
def left_alone() -> Iterator[None]:
    """Let a search for garbage within the block pass over what was there before.

    Brian2 has one before each run, to warn of objects that are part of no network, which ours all are. It goes through
    all objects of the process, which took longer than a short run itself. Where somebody else has frozen objects,
    nothing is done: they could not be told from these in the end.
    """
    if gc.get_freeze_count() > _FEW:
        yield
        return
    gc.collect(1)  # what has just become garbage goes, as it would have
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
