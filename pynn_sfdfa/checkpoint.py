"""Checkpoints: arrays and a JSON description in one safetensors file, written atomically, never unpickled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from pynn_sfdfa import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FORMAT", "Checkpoint", "CheckpointError", "load", "save"]

FORMAT = "pynn-sfdfa checkpoint 1"
_KEY = "pynn_sfdfa"


class CheckpointError(ValueError):
    """A file that is no usable checkpoint; the message names the file, what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Contents of a checkpoint: arrays by name, and a JSON-compatible description."""

    arrays: dict[str, NDArray[np.generic]]
    metadata: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.arrays[name]


def save(path: Path, arrays: Mapping[str, NDArray[np.generic]], metadata: Mapping[str, Any]) -> None:
    """Write a checkpoint; an existing file is replaced only when the new one is complete."""
    description = json.dumps({"format": FORMAT, **metadata}, allow_nan=False)
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    files.write_bytes(path, serialise(contiguous, metadata={_KEY: description}))


def load(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    CheckpointError
        If the file is missing, damaged or not one of ours.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path}.")
    try:
        with safe_open(path, framework="np") as file:
            description = (file.metadata() or {}).get(_KEY)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a safetensors file ({error}); it is damaged or not a checkpoint."
        ) from None
    if description is None:
        raise CheckpointError(f"{path} is a safetensors file, but not a checkpoint of pynn-sfdfa.")
    try:
        metadata = json.loads(description)
    except ValueError as error:
        raise CheckpointError(f"{path}: the description is damaged ({error}).") from None
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path} has the format {metadata.get('format')!r}; this version reads {FORMAT!r}.")
    return Checkpoint(arrays, metadata)
