"""Progress of downloads: a bar for each file on a terminal, a line for each file anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

if TYPE_CHECKING:
    from typing import TextIO

    from rich.progress import TaskID

__all__ = ["DownloadProgress"]


class DownloadProgress:
    """Called as ``progress(file, bytes_so_far, bytes_in_all_or_None)``; a context manager that removes its bars.

    Parameters
    ----------
    stream : text file
        Where it is shown.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tasks: dict[str, TaskID] = {}
        self._seen: set[str] = set()
        self._bars: Progress | None = None
        if stream.isatty():
            self._bars = Progress(
                TextColumn("downloading {task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                console=Console(file=stream),
            )

    def __enter__(self) -> DownloadProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None and self._tasks:
            self._bars.stop()

    def __call__(self, file: str, done: int, total: int | None) -> None:
        """Show how far the download of a file is."""
        if self._bars is None:
            if file not in self._seen:
                size = "" if total is None else f" ({decimal(total)})"
                print(f"downloading {file}{size}", file=self._stream, flush=True)
                self._seen.add(file)
            return
        if file not in self._tasks:
            self._bars.start()
            self._tasks[file] = self._bars.add_task(file, total=total)
        self._bars.update(self._tasks[file], completed=done)
