"""Reading what a run has logged in its folder: its epochs, and its summary."""

from __future__ import annotations

import json
import shlex
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments.config_errors import shown
from pynn_sfdfa.training import migration
from pynn_sfdfa.training.callbacks import EpochRecord

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DamagedRunError", "again", "is_number", "records", "summary"]

_FIELDS = {entry.name for entry in fields(EpochRecord)}
_LISTS = ("spikes_per_sample", "silent_fraction", "alignment")


class DamagedRunError(ValueError):
    """A folder whose files are not what a run writes; the message names the file and says what to do."""


def summary(path: Path) -> dict[str, Any]:
    """Return what ``summary.json`` says; DamagedRunError if it is none."""
    return _json(path, _text(path))


def records(path: Path) -> tuple[EpochRecord, ...]:
    """Return the epochs that ``metrics.jsonl`` tells of, from the first on; DamagedRunError if it is damaged."""
    found = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        entry = migration.record(_json(path, line, number))
        try:
            record = EpochRecord(**{name: _plain(name, value) for name, value in entry.items() if name in _FIELDS})
        except TypeError as error:
            raise DamagedRunError(f"{path}, line {number}: {error}; {again(path.parent)}") from None
        if record.epoch != number:
            raise DamagedRunError(f"{path}, line {number} is of epoch {record.epoch}; {again(path.parent)}")
        found.append(record)
    return tuple(found)


def _plain(name: str, value: Any) -> Any:
    """Return a value of a line as a record has it; TypeError if it is of another kind than what a run writes."""
    if name == "extra":
        fits = isinstance(value, dict) and all(map(is_number, value.values()))
    elif name in _LISTS:
        fits = isinstance(value, list) and all(map(is_number, value))
    else:
        fits = is_number(value) or (name == "validation_accuracy" and value is None)
    if not fits:
        raise TypeError(f"{name} is {shown(value)}")
    return tuple(value) if isinstance(value, list) else value


def is_number(value: Any) -> bool:
    """Return whether a value is a number that a run can have written."""
    return isinstance(value, float) or (type(value) is int and abs(value) < 2**63)


def _text(path: Path) -> str:
    if not path.is_file():
        raise DamagedRunError(f"{path} is missing; {again(path.parent)}")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DamagedRunError(f"{path} is not UTF-8 text; {again(path.parent)}") from None


def _json(path: Path, text: str, number: int | None = None) -> dict[str, Any]:
    where = f"{path}" if number is None else f"{path}, line {number}"
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedRunError(f"{where} is not JSON ({error}); {again(path.parent)}") from None
    if not isinstance(entry, dict):
        raise DamagedRunError(f"{where} is no JSON object; {again(path.parent)}")
    return entry


def again(folder: Path) -> str:
    """Return what to do about a damaged log: the last checkpoint holds all that it says."""
    if not (folder / "last.safetensors").is_file():
        return f"remove {folder} to have the run made again."
    words = ["pynn-sfdfa", "train", str(folder / "config.toml"), "--out", str(folder), "--resume"]
    return f"this writes it anew from the last checkpoint: {shlex.join(words)}"
