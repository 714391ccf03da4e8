"""One process at a time writes to a folder; the others are told which one that is.

The lock is the kernel's and ends with the process that holds it, however that ends. Beside it lies a record of who
holds it, which means something only while the lock is held.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FolderInUseError", "FolderLock"]

_PATIENCE = 1.0
"""Seconds to wait for another process, which may only be looking at whether the lock is free."""
_LONGEST_RECORD = 4096
_LONGEST_COMMAND = 200


class FolderInUseError(Exception):
    """Another process writes to the folder; the text says which."""


class FolderLock:
    """The lock of one folder. Within a process it may be taken again by whoever holds this object.

    Parameters
    ----------
    folder : Path
        It need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / ".lock"
        self._record = folder / ".writer.json"
        self._lock = FileLock(self._file)

    def check_free(self) -> None:
        """Raise `FolderInUseError` if another process writes to the folder now."""
        if self._lock.is_locked or not self._file.exists():
            return
        with self._taken(patience=0.0):
            pass

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, and leave nothing of it behind. The folder must be there.

        Raises
        ------
        FolderInUseError
            If another process holds it.
        pynn_sfdfa.support.files.WriteError
            If the folder cannot be written to.
        """
        if self._lock.is_locked:
            yield
            return
        with self._taken(_PATIENCE):
            files.write_text(self._record, json.dumps(_own_record()))
            yield

    @contextlib.contextmanager
    def _taken(self, patience: float) -> Iterator[None]:
        with files.writing(self._file):
            try:
                self._lock.acquire(timeout=patience, poll_interval=0.05)
            except Timeout:  # an OSError, too
                raise FolderInUseError(self._holder()) from None
        try:
            yield
        finally:
            # Removed while it is held: whoever has opened it before will find that its name is gone, and try anew.
            for file in (self._record, self._file):
                with contextlib.suppress(OSError):
                    file.unlink(missing_ok=True)
            self._lock.release()

    def _holder(self) -> str:
        """Say who holds the lock, as far as the record tells."""
        try:
            with self._record.open(encoding="utf-8") as file:
                record = json.loads(file.read(_LONGEST_RECORD))
            return f"process {record['pid']:d} on {record['host']} ({record['command']}, since {record['since']})"
        except (OSError, ValueError, TypeError, KeyError, RecursionError):  # not written yet, or damaged
            return "another process"


def _own_record() -> dict[str, str | int]:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    if len(command) > _LONGEST_COMMAND:
        command = f"{command[:_LONGEST_COMMAND]}..."
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    return {"pid": os.getpid(), "host": platform.node(), "command": command, "since": since}
