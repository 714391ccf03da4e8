"""Checkpoints: arrays and a JSON description in one safetensors file, written atomically, never unpickled."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from pynn_sfdfa.support import files
from pynn_sfdfa.support.memory import Need, limit, shortage
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import checkpoint_arrays, migration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["FORMAT", "Checkpoint", "CheckpointError", "content", "load", "make_folder", "named", "save"]

FORMAT = "pynn-sfdfa checkpoint 1"
_KEY = "pynn_sfdfa"
_CHECKSUM = "sha256"
_LONGEST_HEADER = 100_000_000  # bytes, of safetensors


class CheckpointError(ValueError):
    """A file that is no usable checkpoint; the message names the file, what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Contents of a checkpoint.

    Attributes
    ----------
    arrays : dict of str to array
        By name.
    metadata : dict
        A description, JSON-compatible.
    """

    arrays: dict[str, NDArray[np.generic]]
    metadata: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.arrays[name]


def make_folder(folder: Path) -> None:
    """Make a folder for checkpoints, if it is missing.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    CheckpointError
        If that cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(
            f"folder = {short(str(folder))} cannot be made ({error.strerror}); choose one for the checkpoints in a "
            "place that can be written to."
        ) from None


def save(path: str | Path, arrays: Mapping[str, NDArray[np.generic]], metadata: Mapping[str, Any]) -> None:
    """Write a checkpoint; an existing file is replaced only when the new one is complete.

    Parameters
    ----------
    path : path
    arrays : mapping of str to array
    metadata : mapping
        A description, JSON-compatible.
    """
    described = {"format": FORMAT, "version": migration.VERSION, **metadata}
    files.write_bytes(path, content(arrays, json.dumps(described, allow_nan=False)))


def content(arrays: Mapping[str, NDArray[np.generic]], description: str) -> bytes:
    """Return the bytes of a checkpoint with a description in JSON, whatever that says.

    Parameters
    ----------
    arrays : mapping of str to array
    description : str
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    header = {_KEY: description, _CHECKSUM: _checksum(description, contiguous)}
    return serialise(contiguous, metadata=header)


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint; all that comes from checkpoints comes through here.

    Parameters
    ----------
    path : path

    Raises
    ------
    CheckpointError
        If the file is missing, damaged, not one of ours or too large, or has arrays that are no network's.
    """
    path = Path(path)
    try:
        there = path.is_file()
    except OSError as error:  # a name that is too long
        raise CheckpointError(f"There is no checkpoint {short(str(path))}: {error.strerror}.") from None
    if not there:
        raise CheckpointError(f"There is no checkpoint {short(str(path))}{_within(path)}.{_instead(path)}")
    try:
        _check_size(path)
        _check_header(path)
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            if _KEY not in header:
                raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of pynn-sfdfa.")
            metadata = _described(path, header[_KEY])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, TypeError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a safetensors file ({short(str(error))}); it is damaged or not a checkpoint."
            f"{_instead(path)}"
        ) from None
    if header.get(_CHECKSUM) != _checksum(header[_KEY], arrays):
        raise CheckpointError(
            f"{path} is damaged: its contents do not have the checksum it was written with.{_instead(path)}"
        )
    try:
        checkpoint_arrays.check(arrays)
    except ValueError as error:
        raise CheckpointError(f"{path}: {short(str(error))}. Take another checkpoint.") from None
    return Checkpoint(arrays, metadata)


def named(path: Path) -> Path:
    """Return the checkpoint that a path means: of the folder of a run its best one, or else, with a warning, its last.

    Parameters
    ----------
    path : Path
        Of a checkpoint or of a folder.
    """
    if not path.is_dir():
        return path
    best, last = path / "best.safetensors", path / "last.safetensors"
    if best.is_file() or not last.is_file():
        return best
    warnings.warn(f"{path} has no {best.name}, so {last.name} is taken.", stacklevel=3)
    return last


def _within(path: Path) -> str:
    """Return what to name in place of a folder."""
    found = sorted(path.glob("*.safetensors")) if path.is_dir() else []
    return f", which is a folder; name a file in it, such as {found[0]}" if found else ""


def _instead(path: Path) -> str:
    """Return what to take if a checkpoint of a run is missing or damaged: the other one, if it is there."""
    best, last = path.with_name("best.safetensors"), path.with_name("last.safetensors")
    if path == last and best.is_file():  # both hold all that a training has been
        return f" {best} is the other one of this run; copied in its place, it can be resumed from."
    return f" {last} is the other one of this run." if path == best and last.is_file() else ""


def _check_size(path: Path) -> None:
    need = Need(f"the arrays of {path}", path.stat().st_size, "take a smaller checkpoint")
    reason = shortage([need], limit())
    if reason is not None:
        raise CheckpointError(f"{path} cannot be read: {reason}")


def _check_header(path: Path) -> None:
    """Refuse a header in which a key stands twice: safetensors takes the last of them, other readers the first."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST_HEADER:
            return  # safetensors says so
        text = file.read(length)
    try:
        _parsed(text)
    except _TwiceError as error:
        raise CheckpointError(f"{path}: its header is damaged ({error}).") from None
    except (ValueError, RecursionError):
        return  # safetensors says so


def _described(path: Path, description: str) -> dict[str, Any]:
    try:
        metadata = _parsed(description)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: the description is damaged ({short(str(error))}).") from None
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        found = metadata.get("format") if isinstance(metadata, dict) else None
        raise CheckpointError(f"{path} has the format {short(repr(found))}; this version reads {FORMAT!r}.")
    try:
        return migration.checkpoint(metadata)
    except migration.VersionError as error:
        raise CheckpointError(f"{path}: {error}.") from None


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def _parsed(text: str | bytes) -> Any:
    """Return what JSON says that is plain: no key twice, no NaN."""
    return json.loads(text, object_pairs_hook=_single, parse_constant=_refused)


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        ((twice, times),) = Counter(name for name, _ in pairs).most_common(1)
        raise _TwiceError(f"{short(repr(twice))} stands in it {times} times")
    return table


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _checksum(description: str, arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Return a checksum of everything in a checkpoint; the file format has none of its own."""
    digest = hashlib.sha256(description.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].data)
    return digest.hexdigest()
