"""Numba compilation with a disk cache that works wherever the package is installed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numba

__all__ = ["FLOAT_FLAGS", "jit"]

# Contraction to fused multiply-add only: sums keep their order, so results do not depend on vector width or threads.
FLOAT_FLAGS = frozenset({"contract", "nsz", "arcp"})


def _private_cache_folder() -> Path:
    """Return a folder of this user alone under the system's temporary folder, or a fresh one if that is not ours."""
    folder = Path(tempfile.gettempdir()) / f"pynn-sfdfa-numba-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if state.st_uid == os.getuid() and not state.st_mode & 0o077 and not folder.is_symlink():
        return folder
    return Path(tempfile.mkdtemp(prefix="pynn-sfdfa-numba-"))


def jit(function: Any = None, **options: Any) -> Any:
    """Compile with numba in nopython mode, with numpy's division, caching the machine code on disk.

    Numba writes its cache beside the source or in the user's cache folder; where it can write to neither, the cache
    goes to a private folder under the system's temporary one instead of raising.
    """

    def compile_(function: Any) -> Any:
        settings = {"cache": True, "error_model": "numpy", **options}
        if "fastmath" in settings:
            settings["fastmath"] = set(settings["fastmath"])  # numba takes no frozenset
        try:
            return numba.njit(**settings)(function)
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
            numba.config.CACHE_DIR = str(_private_cache_folder())
            return numba.njit(**settings)(function)

    return compile_ if function is None else compile_(function)
