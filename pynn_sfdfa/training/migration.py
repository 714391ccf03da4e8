"""What earlier versions wrote, in the words of this one: checkpoints, experiment files, lines of ``metrics.jsonl``.

Version 1, which no file states, called samples that are held out from training ``held_out``; they are ``validation``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RENAMED", "VERSION", "VersionError", "checkpoint", "experiment", "record"]

VERSION = 2
"""Of what is written now; every change of a name or a meaning in what is kept counts it up, and gets a step here."""

RENAMED = {"data.held_out": "data.validation"}
"""Keys of experiment files by their old names; people who write these are told the new ones."""


class VersionError(ValueError):
    """A file of a version that this one does not know; the message has the reason alone."""


def checkpoint(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a checkpoint as this version writes it.

    Raises
    ------
    VersionError
        If it is of a later version.
    """
    if _version(metadata, 1) == VERSION:
        return dict(metadata)
    changed = {**metadata, "version": VERSION}
    if isinstance(metadata.get("configuration"), dict):
        changed["configuration"] = _renamed(metadata["configuration"])
    if isinstance(metadata.get("records"), list):
        changed["records"] = [record(entry) if isinstance(entry, dict) else entry for entry in metadata["records"]]
    return changed


def experiment(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of an experiment file as this version writes them.

    Without a version, files that say what wrote them are those of runs, and of version 1; others are people's, who
    write for the present.

    Raises
    ------
    VersionError
        If they are of a later version.
    """
    if _version(tables, 1 if "provenance" in tables else VERSION) == VERSION:
        return dict(tables)
    return {**_renamed(tables), "version": VERSION}


def record(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of an epoch, of any version, by the names of this one."""
    return {"validation_accuracy" if name == "held_out_accuracy" else name: value for name, value in entry.items()}


def _version(tables: Mapping[str, Any], default: int) -> int:
    version = tables.get("version", default)
    if type(version) is not int or not 1 <= version <= VERSION:
        raise VersionError(
            f"version = {short(repr(version))} is not one that this pynn-sfdfa reads; it reads 1 to {VERSION}, "
            "a later one may read more"
        )
    return version


def _renamed(tables: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(tables)
    for old, new in RENAMED.items():
        (table, old_key), (_, new_key) = old.split("."), new.split(".")
        if isinstance(changed.get(table), dict):
            changed[table] = {new_key if key == old_key else key: value for key, value in changed[table].items()}
    return changed
