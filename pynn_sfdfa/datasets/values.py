"""Values without labels from a user's own file: what a trained network is shown to say what it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError, not_finite
from pynn_sfdfa.datasets.idx import read_any_idx
from pynn_sfdfa.datasets.npy import read_npy
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.datasets.wav import read_sounds
from pynn_sfdfa.encoding.recordings import Sounds
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.encoding.values import SHAPES, reshaping
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["holds_spikes", "read_values"]

_OF_SPIKES = ("times", "units", "offsets", "n_units")
"""Arrays of an npz file that holds spike trains."""

_OF_EVENTS = (".bin", ".aedat4")
"""How files of events end, and no others."""

_SENSOR = (
    "Say of how many pixels its camera is: predict --sensor HEIGHT WIDTH, in Python EventFiles([path], [-1], (height, "
    "width))."
)

_UNKNOWN = -1  # label of a recording without one


def holds_spikes(path: Path) -> bool:
    """Return whether a file is an ``.npz`` that holds spike trains, as `read_values` takes them."""
    if path.suffix.lower() != ".npz" or not path.is_file():
        return False
    found: list[str] = []

    def choose(names: Collection[str]) -> list[str]:
        found.extend(names)
        return []

    read_npz(path, choose)
    return "times" in found


def read_values(path: Path) -> NDArray[Any] | Sounds | SpikeTrains:
    """Return the samples of a file: one along the first axis each; or the one sound that it is; or spike trains.

    Parameters
    ----------
    path : Path
        ``.wav``; or
        ``.npy``; ``.npz`` with an array ``x`` or only one; ``.csv`` with a sample a line, after a line of names, none
        of them a number, or not; idx of bytes as MNIST's, ``.idx``, ``-ubyte`` or either with ``.gz``; or
        ``.npz`` with ``times`` (ms), ``units``, ``offsets`` and ``n_units``, which are those of `SpikeTrains`.

    Raises
    ------
    DatasetError
        If there is no such file, or it holds no samples of finite numbers.
    """
    readers: dict[str, Callable[[Path], NDArray[Any] | Sounds | SpikeTrains]]
    readers = {".npy": _npy, ".npz": _npz, ".csv": _csv, ".wav": _wav, ".idx": _idx, "-ubyte": _idx}
    name = path.name.lower().removesuffix(".gz")
    kind = next((ending for ending in readers if name.endswith(ending)), None)
    if name.endswith(_OF_EVENTS):
        raise DatasetError(f"{short(str(path))} is a recording of events. {_SENSOR}")
    if kind is None or (name != path.name.lower() and readers[kind] is not _idx):
        raise DatasetError(f"{short(str(path))} is none of {', '.join(readers)}. Write the samples to such a file.")
    reader = readers[kind]
    if not path.is_file():
        raise DatasetError(f"{short(str(path))} is not a file. Give the path of a file of samples.")
    values = reader(path)
    if isinstance(values, Sounds | SpikeTrains):
        return values
    remedy = reshaping(values.shape)
    if values.dtype.kind not in "biuf" or remedy or 0 in values.shape:
        raise DatasetError(
            f"{path} holds {values.dtype} of shape {values.shape}; samples are numbers of the shape {SHAPES}. "
            + (remedy or ("There are none." if 0 in values.shape else "Convert them."))
        )
    found = not_finite(values)
    if found is not None:
        raise DatasetError(f"{path} holds values that are not finite; {found}. Replace or leave out what is missing.")
    return values


def _wav(path: Path) -> Sounds:
    return read_sounds([path])


def _npy(path: Path) -> NDArray[Any]:
    try:
        return read_npy(path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from None


def _idx(path: Path) -> NDArray[Any]:
    try:
        return read_any_idx(path)
    except DatasetError as error:
        raise DatasetError(f"{path} cannot be used: {error}. Give it a sample along its first dimension.") from None


def _npz(path: Path) -> NDArray[Any] | SpikeTrains:
    def choose(names: Collection[str]) -> list[str]:
        if "times" in names:
            missing = [name for name in _OF_SPIKES if name not in names]
            if missing:
                raise DatasetError(f"{path} holds times, and lacks {', '.join(missing)}, without which they are none.")
            return list(_OF_SPIKES)
        if {"x", "y", "t", "p"} <= set(names):
            raise DatasetError(f"{path} holds events, x, y, t and p. {_SENSOR}")
        chosen = ["x"] if "x" in names else list(names)
        if len(chosen) != 1:
            raise DatasetError(
                f"{path} holds {short(', '.join(sorted(names)) or 'nothing')}; give it one array of samples, or name "
                "it x."
            )
        return chosen

    arrays = read_npz(path, choose)
    if "times" not in arrays:
        (values,) = arrays.values()
        return values
    times, units, offsets, n_units = (arrays[name] for name in _OF_SPIKES)
    unlabelled = np.full(max(0, offsets.size - 1), _UNKNOWN)
    try:
        return SpikeTrains(times, units, offsets, unlabelled, n_units.item() if n_units.size == 1 else 0)
    except ValueError as error:
        raise DatasetError(f"{path}: {error} Correct the arrays.") from None


def _csv(path: Path) -> NDArray[Any]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        names = bool(lines) and not any(_is_number(field) for field in lines[0].split(","))
        if len(lines) == names:
            raise DatasetError(
                f"{path} has no line of numbers; give it a sample a line, its numbers separated by commas."
            )
        return np.loadtxt(lines, delimiter=",", skiprows=int(names), ndmin=2, comments=None)
    except (ValueError, OSError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{path} cannot be read: {short(str(error))}. Separate numbers with commas.") from None


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
