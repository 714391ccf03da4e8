"""Writing files whole or not at all: a reader, or a kill at any moment, never meets half a file.

Everything that the package writes for its users goes through here, so that a full disk, a missing permission and a
broken device are met in one place, and told in one sentence.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WriteError", "make_folder", "remove_empty", "remove_partial", "write_bytes", "write_text", "writing"]

_PARTIAL = ".partial"

_SPACE, _PLACE = "free some space there", "name a place that can be written"
_REMEDIES = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EACCES: _PLACE,
    errno.EPERM: _PLACE,
    errno.EROFS: _PLACE,
    errno.ENOENT: "make its folder first",
    errno.EISDIR: "move away the folder that has its name",
}


class WriteError(OSError):
    """A file or folder that could not be written; the message names it, the reason and, where there is one, the fix."""

    def __str__(self) -> str:
        remedy = _REMEDIES.get(self.errno or 0)
        return f"{self.filename} cannot be written: {self.strerror}{f'; {remedy}' if remedy else ''}."


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Raise what goes wrong with the disk as a `WriteError` about ``path``."""
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(error.errno, error.strerror or str(error), str(path)) from error


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write ``content`` to ``path`` through a temporary file in the same folder.

    The data reaches the disk before the name does: write, fsync, rename, fsync of the folder.

    Raises
    ------
    WriteError
        If the folder is missing, not writable or full; the temporary file is removed and ``path`` is as it was, unless
        the disk failed at the very last, when the folder was to be synchronised.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
    with writing(path):
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):  # the first error is the one to tell of
                partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def write_text(path: str | Path, content: str) -> None:
    """Write ``content`` as UTF-8, as :func:`write_bytes` does."""
    write_bytes(path, content.encode())


def make_folder(path: str | Path) -> list[Path]:
    """Make a folder and those above it; return the ones that were missing, the innermost first.

    Raises
    ------
    FileExistsError, NotADirectoryError
        If a file is in the way.
    WriteError
        If it cannot be made; none is left.
    """
    path, missing = Path(path), []
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remove_empty(missing)
        if isinstance(error, FileExistsError | NotADirectoryError):
            raise
        raise WriteError(error.errno, error.strerror, str(path)) from error
    return missing


def remove_empty(folders: list[Path]) -> None:
    """Remove those of some folders, the innermost first, that nothing lies in."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def remove_partial(folder: str | Path) -> None:
    """Remove what writers that were killed left in a folder. Only for a folder with a single writer."""
    with writing(folder):
        for leftover in Path(folder).glob(f".*{_PARTIAL}"):
            leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that does not synchronise folders
            raise
    finally:
        os.close(descriptor)
