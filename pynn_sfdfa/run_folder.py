"""The folder of a training run: what lies in it, and when a run may use it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa import config, files
from pynn_sfdfa.callbacks import Callback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.callbacks import EpochRecord, FitStart
    from pynn_sfdfa.schema import Experiment

__all__ = ["MetricsLog", "RunFolder", "RunFolderError"]


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
            If the folder holds a run and ``resume`` is not set; or it is, and there is no run or one whose settings
            differ in more than threads, further metrics and additional epochs.
        ConfigError
            If the ``config.toml`` of the run to resume is damaged.
        """
        if resume:
            self._check_same_run(experiment)
        elif self.config.exists() or self.last.exists():
            raise RunFolderError(
                f"{self.path} already holds a run: add --resume to go on with it, or name another folder with --out."
            )

    def open(self, experiment: Experiment, provenance: Mapping[str, str | int | float]) -> None:
        """Make the folder and write ``config.toml``; remove what a run that was killed left half-written.

        Raises
        ------
        RunFolderError
            If there is a file in the way.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise RunFolderError(f"{self.path} is not a folder: name another one with --out.") from None
        files.remove_partial(self.path)
        files.write_text(self.config, config.dumps(experiment, provenance))

    def _check_same_run(self, experiment: Experiment) -> None:
        if not self.config.exists():
            raise RunFolderError(
                f"{self.path} holds no run to resume: leave out --resume, or name its folder with --out."
            )
        before = config.load(self.config)
        may_change = ["training.threads", "metrics.gradient_alignment"]  # results do not depend on them
        if experiment.training.epochs >= before.training.epochs:
            may_change.append("training.epochs")
        changed = config.differences(before, experiment, ignore=may_change)
        if changed:
            raise RunFolderError(
                f"{self.path} holds a run with other settings:\n  " + "\n  ".join(changed) + "\n"
                f"Resume it as it is (pynn-sfdfa train {self.config} --out {self.path} --resume), "
                "or start a new run with another --out."
            )


class MetricsLog(Callback):
    """Writes ``metrics.jsonl``: one JSON object an epoch, on disk as soon as the epoch is over.

    A resumed run drops the lines of epochs that it repeats, and a line that was cut off.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def on_fit_start(self, start: FitStart) -> None:
        """Take over the lines of the epochs before this run's first."""
        self._lines = []
        if start.first_epoch > 1 and self._path.exists():
            whole_lines = self._path.read_text(encoding="utf-8").split("\n")[:-1]
            self._lines = [line for line in whole_lines if json.loads(line)["epoch"] < start.first_epoch]
        self._write()

    def on_epoch_end(self, record: EpochRecord) -> None:
        """Add the epoch's line."""
        self._lines.append(json.dumps(asdict(record)))
        self._write()

    def _write(self) -> None:
        files.write_text(self._path, "".join(f"{line}\n" for line in self._lines))
