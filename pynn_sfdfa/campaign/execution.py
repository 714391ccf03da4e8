"""Executing one run of a campaign: start it, or go on with it, or leave it alone if it is finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.campaign.finished_run import DamagedRunError, read
from pynn_sfdfa.campaign.pruning import PrunedError
from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.experiments import run
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError
from pynn_sfdfa.training.checkpoint import CheckpointError
from pynn_sfdfa.training.trainer import CannotLearnError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.campaign.spec import RunSpec
    from pynn_sfdfa.training.callbacks import Callback

__all__ = ["Outcome", "execute"]

_EXPECTED = (CannotLearnError, CheckpointError, ConfigError, DamagedRunError, DatasetError, RunFolderError)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    name : str
    error : str, optional
        None if it is finished, else the reason.
    pruned : bool
        Whether a search gave it up.
    hopeless : bool
        Whether the network cannot learn with these settings.
    """

    name: str
    error: str | None = None
    pruned: bool = False
    hopeless: bool = False


def execute(
    spec: RunSpec, *, data: Path | None, threads: int, stream: TextIO, callbacks: Sequence[Callback] = ()
) -> Outcome:
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
    callbacks : sequence of Callback
        Further observers; `PrunedError` of one of them ends the run.

    Returns
    -------
    Outcome
        Errors of this run are told in it, so that others go on.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If something cannot be written: this would strike the others, too.
    """
    folder = RunFolder(spec.folder)
    try:
        # A worker that is out of reach is taken for lost and its run given to another, but it may be at work still.
        with folder.sole_writer():
            if read(spec) is None:
                settings, resume = spec.with_threads(threads), folder.config.exists()
                run.train(
                    settings, folder, simulator="event", data=data, resume=resume, stream=stream, callbacks=callbacks
                )
    except PrunedError as error:
        return Outcome(spec.name, str(error), pruned=True)
    except _EXPECTED as error:
        return Outcome(spec.name, str(error), hopeless=isinstance(error, CannotLearnError))
    return Outcome(spec.name)
