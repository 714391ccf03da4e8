"""Giving up runs that fall behind the others: how a run is told, in this process or in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.support import files
from pynn_sfdfa.training.callbacks import Callback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pynn_sfdfa.training.callbacks import EpochRecord, FitStart

__all__ = ["PrunedByFile", "PrunedError", "PrunedHere", "is_pruned", "tell"]

_FILE = "given_up"

_MESSAGE = "given up after epoch "


class PrunedError(Exception):
    """A run that was given up; the message says when."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"{_MESSAGE}{epoch}, behind the others")


class PrunedHere(Callback):
    """Asks after each epoch whether the run goes on.

    Parameters
    ----------
    goes_on : callable
        Told the number of an epoch and the score in it. Of the epochs before a run was interrupted it is told, too.
    """

    def __init__(self, goes_on: Callable[[int, float], bool]) -> None:
        self._goes_on = goes_on

    def on_fit_start(self, start: FitStart) -> None:
        """Tell of the epochs that are finished already."""
        for record in start.finished:
            self._goes_on(record.epoch, record.score)

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Tell of an epoch; raise `PrunedError` if it was to be the last one."""
        if not self._goes_on(record.epoch, record.score):
            raise PrunedError(record.epoch)


class PrunedByFile(Callback):
    """Looks after each epoch whether `tell` has left its mark in the folder of the run."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Raise `PrunedError` if the mark is there."""
        if self._file.exists():
            raise PrunedError(record.epoch)


def is_pruned(reason: str) -> bool:
    """Whether the reason for which a run has not come to its end is that it was given up."""
    return reason.startswith(_MESSAGE)


def tell(folder: Path) -> None:
    """Let a run that goes on in another process, perhaps on another machine, end after its epoch."""
    files.write_text(folder / _FILE, "")
