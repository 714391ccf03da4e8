"""Files of events that anybody may have made: AER as N-MNIST has it, arrays of numpy, and AEDAT4."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.aedat4 import read_aedat4
from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.files import listed
from pynn_sfdfa.datasets.npy import read_npy
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.encoding.events import EventRecordings, Events, unfit
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["ENDINGS", "EventFiles", "looked_through", "read_events", "unlabelled", "whole_numbers"]

_AER_BYTES = 5
_LARGEST = 1 << 15
"""Pixels along an axis that no sensor has."""
_LAST_WHOLE = 1 << 53
"""Up to it, a float64 can be each whole number."""
_FIELDS = ("x", "y", "t", "p")
_MEANING = {
    "x": "columns of pixels, counted from 0",
    "y": "rows of pixels, counted from 0",
    "t": "us from the beginning of the recording",
    "p": "0 and 1, or -1 and 1",
}
_IN_PIXELS = "Give pixels as the camera numbers them."
_REMEDY = {
    "x": _IN_PIXELS,
    "y": _IN_PIXELS,
    "t": "Multiply seconds by 1e6, or ms by 1000, and round after that.",
    "p": "Give signs.",
}
"""Of fields that hold fractions."""
_UNKNOWN = -1  # label of a recording without one


class EventFiles(EventRecordings):
    """Recordings in a file each, which is read when it is asked for; all are read once, and verified, at the beginning.

    Parameters
    ----------
    files : sequence of path
        As for `read_events`.
    labels : integer array, shape (n,)
        Class of each; -1 stands for none.
    sensor : tuple of int, optional
        Height and width in pixels; without them, as small as the events of all files allow.

    Raises
    ------
    DatasetError
        If a file is damaged, or has events that no such sensor has; the message names file and event.
    """

    def __init__(self, files: Sequence[str | Path], labels: ArrayLike, sensor: tuple[int, int] | None = None) -> None:
        self.files, self.labels = listed(files, "EventFiles({}, ...)"), np.asarray(labels)
        if len(self.files) != len(self.labels):
            raise ValueError(f"there are {len(self.files)} files but {len(self.labels)} labels; each needs one.")
        named = ((str(file), read_events(file)) for file in self.files)
        self._shape, self._content = looked_through(named, sensor)

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width of the sensor in pixels."""
        return self._shape

    def fingerprint(self) -> str:
        """Return the SHA-256 of the events, and the sensor."""
        return f"{self._content} {self._shape}"

    def of_sensor(self, shape: tuple[int, ...]) -> EventFiles:
        """Return the recordings as those of a sensor of this height and width, which is no smaller."""
        same = copy.copy(self)
        same._shape = shape
        return same

    def recording(self, index: int) -> Events:
        """Return one recording, read from its file."""
        return read_events(self.files[index])


def unlabelled(file: Path, sensor: tuple[int, int]) -> EventFiles:
    """Return the one recording that a file is, of no known class.

    Parameters
    ----------
    file : Path
        As for `read_events`.
    sensor : tuple of int
        Height and width in pixels.

    Raises
    ------
    DatasetError
        If it is no recording of such a sensor.
    """
    return EventFiles([file], np.array([_UNKNOWN]), sensor)


def looked_through(named: Iterable[tuple[str, Events]], sensor: tuple[int, int] | None) -> tuple[tuple[int, ...], str]:
    """Return the sensor of recordings, as small as their events allow if it is not given, and the SHA-256 of these.

    Parameters
    ----------
    named : iterable of (str, Events)
        Each with what an error calls it.
    sensor : tuple of int, optional
        Height and width in pixels.

    Raises
    ------
    DatasetError
        If a recording is empty, goes back in time, or has events that no such sensor has.
    """
    height, width = (_LARGEST, _LARGEST) if sensor is None else sensor
    content, most_y, most_x = hashlib.sha256(), 0, 0
    for name, events in named:
        reason = unfit(events, height, width)
        if reason is not None:
            raise DatasetError(f"{name} {reason}. Fetch or record it again, or remove it.")
        most_y, most_x = max(most_y, int(events.y.max())), max(most_x, int(events.x.max()))
        content.update(f"{events.time.size} ".encode())
        for values in events:
            content.update(np.ascontiguousarray(values, "<i8").data)
    return (most_y + 1, most_x + 1) if sensor is None else sensor, content.hexdigest()


def read_events(path: str | Path) -> Events:
    """Return the events of a file.

    Parameters
    ----------
    path : path
        ``.bin``: five bytes an event, x, y, then polarity (the highest bit) and time in us (23 bits, the highest byte
        first), as N-MNIST and N-Caltech101 have it. ``.npy``: a structured array with the fields x, y, t and p, or an
        array of shape (n, 4) with these columns. ``.npz``: arrays x, y, t and p. Times are us, polarities 0 and 1, or
        -1 and 1. ``.aedat4``: what cameras of iniVation write, if tonic and aedat are installed; times count from
        the first event.

    Raises
    ------
    DatasetError
        If there is no such file, it is damaged, or the library that reads it is not installed.
    """
    path = Path(path)
    if path.suffix.lower() not in _READERS:
        raise DatasetError(f"{short(str(path))} is none of {', '.join(_READERS)}. Write the events to such a file.")
    try:
        return _READERS[path.suffix.lower()](path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from None


def _bin(path: Path) -> Events:
    content = path.read_bytes()
    if len(content) % _AER_BYTES:
        raise DatasetError(
            f"{path} has {len(content):,} bytes, no multiple of the {_AER_BYTES} of an event: it is truncated or no "
            "AER file. Fetch it again."
        )
    x, y, high, middle, low = np.frombuffer(content, np.uint8).reshape(-1, _AER_BYTES).T.astype(np.int64)
    return Events(x, y, high >> 7, ((high & 0x7F) << 16) | (middle << 8) | low)


def _npy(path: Path) -> Events:
    array = read_npy(path)
    if array.dtype.names is not None:
        missing = [field for field in _FIELDS if field not in array.dtype.names]
        if missing or array.ndim != 1:
            raise DatasetError(
                f"{path} has the fields {short(', '.join(array.dtype.names))} and the shape {array.shape}; events are "
                f"a list with the fields {', '.join(_FIELDS)}."
            )
        return whole_numbers(str(path), {field: array[field] for field in _FIELDS})
    if array.ndim != 2 or array.shape[1] != len(_FIELDS):
        raise DatasetError(
            f"{path} has the shape {array.shape}; events have the shape (n, 4), with the columns {', '.join(_FIELDS)}."
        )
    return whole_numbers(str(path), dict(zip(_FIELDS, array.T, strict=True)))


def _npz(path: Path) -> Events:
    def choose(names: Collection[str]) -> Sequence[str]:
        missing = [field for field in _FIELDS if field not in names]
        if missing:
            raise DatasetError(
                f"{path} lacks {', '.join(missing)}; events are arrays {', '.join(_FIELDS)}, and it holds "
                f"{short(', '.join(sorted(names)) or 'nothing')}."
            )
        return _FIELDS

    return whole_numbers(str(path), read_npz(path, choose))


def _aedat4(path: Path) -> Events:
    return whole_numbers(str(path), read_aedat4(path))


def _no_whole_numbers(field: str, values: NDArray[np.floating[Any]]) -> str | None:
    """Return why floating point numbers are not whole, or not such as a float64 can be each; None if they are."""
    with np.errstate(over="ignore"):  # what is too large for a float64 becomes infinite, and is refused
        exact = values.astype(np.float64)
    wrong = np.flatnonzero(~((abs(exact) <= _LAST_WHOLE) & (exact == np.floor(exact))))
    if not wrong.size:
        return None
    found = f"and event {wrong[0]} has {field} = {values[wrong[0]]:g}"
    if not np.isfinite(values[wrong[0]]):
        return f"{field} must be finite, {found}. Repair such events, or leave them out."
    if abs(exact[wrong[0]]) > _LAST_WHOLE:
        return f"{field} must be whole numbers up to 2 ** 53, {found}. Repair such events, or leave them out."
    return f"{field} must be whole numbers, {_MEANING[field]}, {found}. {_REMEDY[field]}"


def whole_numbers(name: str, arrays: dict[str, NDArray[Any]]) -> Events:
    """Return arrays x, y, t (us) and p (0, 1 or -1, 1) as events; DatasetError with that name if they are not."""
    whole = {}
    for field, values in arrays.items():
        if values.ndim != 1 or values.dtype.kind not in "biuf" or values.shape != arrays["t"].shape:
            raise DatasetError(
                f"{name}: {field} must be as many numbers as t has, not {values.dtype} of {values.shape}."
            )
        reason = _no_whole_numbers(field, values) if values.dtype.kind == "f" else None
        if reason is not None:
            raise DatasetError(f"{name}: {reason}")
        whole[field] = values.astype(np.int64)
    polarity = np.where(whole["p"] == -1, 0, whole["p"])
    return Events(whole["x"], whole["y"], polarity, whole["t"])


_READERS = {".bin": _bin, ".npy": _npy, ".npz": _npz, ".aedat4": _aedat4}

ENDINGS = tuple(_READERS)
"""Of the files that are read."""
