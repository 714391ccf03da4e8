"""Reading runs back from their folders."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments import config
from pynn_sfdfa.experiments.config_errors import shown
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.training import migration
from pynn_sfdfa.training.callbacks import EpochRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pynn_sfdfa.campaign.spec import RunSpec

__all__ = ["DamagedRunError", "FinishedRun", "read"]

_FIELDS = {entry.name for entry in fields(EpochRecord)}
_LISTS = ("spikes_per_sample", "silent_fraction", "alignment")


class DamagedRunError(ValueError):
    """A folder whose files are not what a run writes; the message names the file and says what to do."""


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
        """The epoch with the best score: accuracy on validation samples if there are any, else on test samples."""
        return max(self.records, key=lambda record: record.score)

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
    summary = _json(folder.summary, _text(folder.summary))
    records = _records(folder.metrics)
    epochs, threads = summary.get("epochs"), summary.get("threads")
    if epochs != len(records):
        raise DamagedRunError(
            f"{folder.summary} tells of {shown(epochs)} epochs, {folder.metrics.name} of {len(records)}; "
            f"{_again(spec.folder)}"
        )
    if not _is_number(threads):
        raise DamagedRunError(f"{folder.summary} tells of {shown(threads)} threads; {_again(spec.folder)}")
    if len(records) < spec.epochs:  # a shorter run, that may be prolonged
        return None
    return FinishedRun(spec, records, summary, config.load(folder.config).provenance or {})


def _records(path: Path) -> tuple[EpochRecord, ...]:
    records = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        entry = migration.record(_json(path, line, number))
        try:
            record = EpochRecord(**{name: _plain(name, value) for name, value in entry.items() if name in _FIELDS})
        except TypeError as error:
            raise DamagedRunError(f"{path}, line {number}: {error}; {_again(path.parent)}") from None
        if record.epoch != number:
            raise DamagedRunError(f"{path}, line {number} is of epoch {record.epoch}; {_again(path.parent)}")
        records.append(record)
    return tuple(records)


def _plain(name: str, value: Any) -> Any:
    """Return a value of a line as a record has it; TypeError if it is of another kind than what a run writes."""
    if name == "extra":
        fits = isinstance(value, dict) and all(map(_is_number, value.values()))
    elif name in _LISTS:
        fits = isinstance(value, list) and all(map(_is_number, value))
    else:
        fits = _is_number(value) or (name == "validation_accuracy" and value is None)
    if not fits:
        raise TypeError(f"{name} is {shown(value)}")
    return tuple(value) if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**63)


def _text(path: Path) -> str:
    if not path.is_file():
        raise DamagedRunError(f"{path} is missing; {_again(path.parent)}")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DamagedRunError(f"{path} is not UTF-8 text; {_again(path.parent)}") from None


def _json(path: Path, text: str, number: int | None = None) -> dict[str, Any]:
    where = f"{path}" if number is None else f"{path}, line {number}"
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedRunError(f"{where} is not JSON ({error}); {_again(path.parent)}") from None
    if not isinstance(entry, dict):
        raise DamagedRunError(f"{where} is no JSON object; {_again(path.parent)}")
    return entry


def _again(folder: Path) -> str:
    return f"remove {folder} to have the run made again."
