"""A cache of compiled code that cannot be read or written costs time, not the run."""

from __future__ import annotations

import contextlib
import functools
import warnings
from typing import Any

__all__ = ["forgive", "tell"]


def forgive(kernel: Any) -> None:
    """Let a kernel compile anew where its cache is damaged, and do without where it cannot be written.

    Parameters
    ----------
    kernel : numba dispatcher
        With a cache; a plain function (NUMBA_DISABLE_JIT) has none.
    """
    cache = getattr(kernel, "_cache", None)
    if cache is None:
        return
    load, save = cache.load_overload, cache.save_overload

    def load_overload(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception:  # anything, for the files are pickled
            with contextlib.suppress(OSError):
                cache.flush()
            return None

    def save_overload(*arguments: Any) -> None:
        try:
            save(*arguments)
        except OSError:
            tell()

    cache.load_overload, cache.save_overload = load_overload, save_overload


@functools.cache
def tell() -> None:
    """Say why starting is slow; only the first call does."""
    warnings.warn(
        "Compiled code cannot be kept, so every start compiles anew, which takes long. Free some space in your cache "
        "folder, or set NUMBA_CACHE_DIR to a folder that can be written.",
        stacklevel=2,
    )
