"""Checkpoints: arrays and a JSON description in one safetensors file, written atomically, never unpickled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from pynn_sfdfa import files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["FORMAT", "Checkpoint", "CheckpointError", "load", "save"]

FORMAT = "pynn-sfdfa checkpoint 1"
_KEY = "pynn_sfdfa"
_CHECKSUM = "sha256"


class CheckpointError(ValueError):
    """A file that is no usable checkpoint; the message names the file, what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Contents of a checkpoint: arrays by name, and a JSON-compatible description."""

    arrays: dict[str, NDArray[np.generic]]
    metadata: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.arrays[name]


def save(path: str | Path, arrays: Mapping[str, NDArray[np.generic]], metadata: Mapping[str, Any]) -> None:
    """Write a checkpoint; an existing file is replaced only when the new one is complete."""
    description = json.dumps({"format": FORMAT, **metadata}, allow_nan=False)
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    header = {_KEY: description, _CHECKSUM: _checksum(description, contiguous)}
    files.write_bytes(path, serialise(contiguous, metadata=header))


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    CheckpointError
        If the file is missing, damaged or not one of ours.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}.")
    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            if _KEY not in header:
                raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of pynn-sfdfa.")
            metadata = _described(path, header[_KEY])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, TypeError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a safetensors file ({error}); it is damaged or not a checkpoint."
        ) from None
    if header.get(_CHECKSUM) != _checksum(header[_KEY], arrays):
        raise CheckpointError(f"{path} is damaged: its contents do not have the checksum it was written with.")
    return Checkpoint(arrays, metadata)


def _described(path: Path, description: str) -> dict[str, Any]:
    try:
        metadata = json.loads(description)
    except ValueError as error:
        raise CheckpointError(f"{path}: the description is damaged ({error}).") from None
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        found = metadata.get("format") if isinstance(metadata, dict) else None
        raise CheckpointError(f"{path} has the format {found!r}; this version reads {FORMAT!r}.")
    return metadata


def _checksum(description: str, arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Return a checksum of everything in a checkpoint; the file format has none of its own."""
    digest = hashlib.sha256(description.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].data)
    return digest.hexdigest()
