"""Executing one run of a campaign: start it, or go on with it, or leave it alone if it is finished."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa import run
from pynn_sfdfa.campaign.collect import DamagedRunError, read
from pynn_sfdfa.checkpoint import CheckpointError
from pynn_sfdfa.config import ConfigError
from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.run_folder import RunFolder, RunFolderError
from pynn_sfdfa.training import CannotLearnError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.campaign.spec import RunSpec

__all__ = ["Outcome", "execute"]

_EXPECTED = (CannotLearnError, CheckpointError, ConfigError, DamagedRunError, DatasetError, RunFolderError)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ``error`` is None if it is finished, else the reason."""

    name: str
    error: str | None = None


def execute(spec: RunSpec, *, data: Path | None, threads: int, stream: TextIO) -> Outcome:
    """Bring a run to its end from wherever its folder shows it to be.

    Parameters
    ----------
    spec : RunSpec
    data : Path, optional
        Folder with data sets.
    threads : int
        Threads of this run.
    stream : text file
        Where its progress is shown.

    Returns
    -------
    Outcome
        Errors of this run are told in it, so that others go on.
    """
    folder = RunFolder(spec.folder)
    try:
        with _sole_writer(spec.folder):
            if read(spec) is None:
                settings, resume = spec.with_threads(threads), folder.config.exists()
                run.train(settings, folder, simulator="event", data=data, resume=resume, stream=stream)
    except _EXPECTED as error:
        return Outcome(spec.name, str(error))
    return Outcome(spec.name)


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from the folder; the lock ends with the process, however that ends.

    A worker that is out of reach is taken for lost and its run given to another, but it may be at work still.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise RunFolderError(f"{folder} is not a folder: name another one with --out.") from None
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunFolderError(
                f"{folder} is being written to by another process: wait for its end, or name another with --out."
            ) from None
        yield
