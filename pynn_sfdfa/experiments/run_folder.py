"""The folder of a training run: what lies in it, and when a run may use it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa.experiments import config
from pynn_sfdfa.support import files
from pynn_sfdfa.support.folder_lock import FolderInUseError, FolderLock
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.callbacks import Callback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.training.callbacks import EpochRecord, FitStart

__all__ = ["MetricsLog", "RunFolder", "RunFolderError"]

_ELSEWHERE = "start a new run with another --out"


class RunFolderError(ValueError):
    """A folder that cannot hold this run; the message says what to do instead."""


class RunFolder:
    """The folder a run writes to.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.toml"
        self.metrics = path / "metrics.jsonl"
        self.summary = path / "summary.json"
        self.last = path / "last.safetensors"
        self.best = path / "best.safetensors"
        self._lock = FolderLock(path)

    def check(self, experiment: Experiment, *, resume: bool) -> None:
        """Check that a run of this experiment may use the folder.

        Parameters
        ----------
        experiment : Experiment
        resume : bool
            Whether to go on with the run that the folder holds.

        Raises
        ------
        RunFolderError
            If another process writes to the folder; if it holds a run with something to go on with and ``resume`` is
            not set; or it is, and there is no run or one whose settings differ in more than threads, further metrics
            and additional epochs.
        ConfigError
            If the ``config.toml`` of the run to resume is damaged.
        """
        self.check_free()
        if resume:
            anew = "leave out --resume to begin a new run here, as this one has finished nothing"
            self.check_same_run(experiment, anew if self._only_begun() else _ELSEWHERE)
        elif (self.config.exists() or self.last.exists()) and not self._only_begun():
            raise RunFolderError(
                f"{self.path} already holds a run: add --resume to go on with it, or name another folder with --out."
            )

    def _only_begun(self) -> bool:
        """Return whether a run has begun here, and failed or was killed before there was an epoch or a checkpoint."""
        left = (self.last, self.best, self.summary)
        empty = self.metrics.is_file() and not self.metrics.stat().st_size  # a run makes it when it begins
        return empty and not any(path.exists() for path in left)

    def check_checkpoints(self) -> None:
        """Check that the run that is to be gone on with has its checkpoints.

        Raises
        ------
        RunFolderError
            If one is missing, so that all would be trained anew over what is left; or the best one is damaged, so that
            the run would fail at its end, where the best weights are drawn.
        """
        finished = len(self.metrics.read_bytes().splitlines()) if self.metrics.is_file() else 0
        # Of the first epoch the log is written before the last checkpoint, and a kill may come between the two.
        if not self.last.exists() and (finished > 1 or self.summary.exists()):
            raise RunFolderError(
                f"{self.last} is missing, so there is nothing to go on with, and all epochs would be trained anew over "
                f"what is left of them. Put it back, or copy {self.best} in its place to go on from the best epoch; "
                f"or {_ELSEWHERE}."
            )
        if not finished and not self.best.exists():
            return
        try:
            checkpoint.load(self.best)
        except checkpoint.CheckpointError as error:
            raise RunFolderError(
                f"{error} Without the weights of its best epoch the run cannot be brought to its end: put them back, "
                f"or remove {self.path} to have the run made again."
            ) from None

    def check_free(self) -> None:
        """Raise `RunFolderError` if another process writes to the folder."""
        with self._told():
            self._lock.check_free()

    @contextmanager
    def sole_writer(self) -> Iterator[None]:
        """Keep other processes from the folder, which is made if it is missing, and removed if it stays empty.

        Raises
        ------
        RunFolderError
            If there is a file in the way, or another process writes to the folder.
        pynn_sfdfa.support.files.WriteError
            If the folder cannot be written to.
        """
        try:
            made = files.make_folder(self.path)
        except (FileExistsError, NotADirectoryError):
            raise RunFolderError(f"{self.path} is not a folder: name another one with --out.") from None
        try:
            with self._told(), self._lock.held():
                yield
        finally:
            files.remove_empty(made)

    def open(self, experiment: Experiment, provenance: Mapping[str, str | int | float]) -> None:
        """Write ``config.toml``; remove what a run that was killed left half-written. Only for the sole writer."""
        files.remove_partial(self.path)
        files.write_text(self.config, config.dumps(experiment, provenance))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FolderInUseError as error:
            raise RunFolderError(
                f"{self.path} is being written to by {error}: wait for its end, or name another folder with --out."
            ) from None

    def check_same_run(self, experiment: Experiment, otherwise: str = _ELSEWHERE) -> None:
        """Check that the folder holds a run of this experiment, as far as its settings say.

        Parameters
        ----------
        experiment : Experiment
        otherwise : str
            What can be done but to resume the other run as it is, for the message.

        Raises
        ------
        RunFolderError
            If it holds none, or one whose settings differ in more than threads, further metrics and additional epochs.
        ConfigError
            If its ``config.toml`` is damaged.
        """
        if not self.config.exists():
            raise RunFolderError(
                f"{self.path} holds no run to resume: leave out --resume, or name its folder with --out."
            )
        before = config.load(self.config)
        may_change = ["training.threads", "metrics.gradient_alignment"]  # results do not depend on them
        if experiment.training.epochs >= before.training.epochs:
            may_change.append("training.epochs")
        if not experiment.network.thresholds:  # they are those that the run has chosen
            may_change.append("network.thresholds")
        if not (before.data.classes and experiment.data.classes):  # they are those of the data set
            may_change.append("data.classes")
        if None in (before.data.sensor, experiment.data.sensor):  # it is that of the data set
            may_change.append("data.sensor")
        changed = config.differences(before, experiment, ignore=may_change)
        if changed:
            raise RunFolderError(
                f"{self.path} holds a run with other settings:\n  " + "\n  ".join(changed) + "\n"
                f"Resume it as it is (pynn-sfdfa train {self.config} --out {self.path} --resume), or {otherwise}."
            )


class MetricsLog(Callback):
    """Writes ``metrics.jsonl``: one JSON object an epoch, on disk as soon as the epoch is over.

    A run that goes on writes the lines of earlier epochs anew, from what its checkpoint says: a file that is missing,
    damaged or ahead of the checkpoint comes right.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def on_fit_start(self, start: FitStart) -> None:
        """Write the lines of the epochs that are finished already."""
        self._lines = [_line(record) for record in start.finished]
        self._write()

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Add the epoch's line."""
        self._lines.append(_line(record))
        self._write()

    def _write(self) -> None:
        files.write_text(self._path, "".join(f"{line}\n" for line in self._lines))


def _line(record: EpochRecord) -> str:
    return json.dumps(asdict(record))
