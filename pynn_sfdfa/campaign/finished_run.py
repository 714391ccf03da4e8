"""Reading runs back from their folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.experiments import config
from pynn_sfdfa.experiments.config_errors import shown
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.experiments.run_log import DamagedRunError, again, is_number, records, summary
from pynn_sfdfa.training.history import best_epoch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.campaign.spec import RunSpec
    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["DamagedRunError", "FinishedRun", "read"]


@dataclass(frozen=True)
class FinishedRun:
    """What a finished run has left.

    Attributes
    ----------
    spec : RunSpec
    records : tuple of EpochRecord
        One an epoch, from the first to the last.
    summary : dict
        As in ``summary.json``.
    provenance : dict
        What wrote the run: versions and platform.
    """

    spec: RunSpec
    records: tuple[EpochRecord, ...]
    summary: dict[str, float | int]
    provenance: Mapping[str, str | int | float | bool]

    @property
    def chosen(self) -> EpochRecord:
        """The epoch with the best score, as `pynn_sfdfa.training.history.best_epoch` has it."""
        return best_epoch(self.records)

    @property
    def seconds(self) -> float:
        """Seconds of training, without evaluation."""
        return sum(record.seconds for record in self.records)


def read(spec: RunSpec) -> FinishedRun | None:
    """Return what a run has left in its folder, or None if it has not been started or is not finished.

    Raises
    ------
    RunFolderError
        If the folder holds another run; the message names the settings that differ.
    ConfigError
        If its ``config.toml`` is damaged.
    DamagedRunError
        If another of its files is.
    """
    folder = RunFolder(spec.folder)
    if not folder.config.exists():
        return None
    folder.check_same_run(spec.settings)
    if not folder.summary.exists():
        return None
    figures = summary(folder.summary)
    epochs_told = records(folder.metrics)
    epochs, threads = figures.get("epochs"), figures.get("threads")
    if epochs != len(epochs_told):
        raise DamagedRunError(
            f"{folder.summary} tells of {shown(epochs)} epochs, {folder.metrics.name} of {len(epochs_told)}; "
            f"{again(spec.folder)}"
        )
    if not is_number(threads):
        raise DamagedRunError(f"{folder.summary} tells of {shown(threads)} threads; {again(spec.folder)}")
    if len(epochs_told) < spec.epochs:  # a shorter run, that may be prolonged
        return None
    return FinishedRun(spec, epochs_told, figures, config.load(folder.config).provenance or {})
