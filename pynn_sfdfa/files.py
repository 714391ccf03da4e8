"""Writing files whole or not at all: a reader, or a kill at any moment, never meets half a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["remove_partial", "write_bytes", "write_text"]

_PARTIAL = ".partial"


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write ``content`` to ``path`` through a temporary file in the same folder.

    The data reaches the disk before the name does: write, fsync, rename, fsync of the folder.

    Raises
    ------
    OSError
        If the folder is missing, not writable or full; the temporary file is removed and ``path`` is as it was.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_text(path: str | Path, content: str) -> None:
    """Write ``content`` as UTF-8, as :func:`write_bytes` does."""
    write_bytes(path, content.encode())


def remove_partial(folder: str | Path) -> None:
    """Remove what writers that were killed left in a folder. Only for a folder with a single writer."""
    for leftover in Path(folder).glob(f".*{_PARTIAL}"):
        leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
