"""Files of events that anybody may have made: AER as N-MNIST has it, and arrays of numpy."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.encoding.events import EventRecordings, Events, unfit
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

__all__ = ["ENDINGS", "EventFiles", "read_events"]

_AER_BYTES = 5
_LARGEST = 1 << 15
"""Pixels along an axis that no sensor has."""
_FIELDS = ("x", "y", "t", "p")


class EventFiles(EventRecordings):
    """Recordings in a file each, which is read when it is asked for; all are read once, and verified, at the beginning.

    Parameters
    ----------
    files : sequence of Path
    labels : int64, shape (n,)
    sensor : tuple of int, optional
        Height and width in pixels; without them, as small as the events of all files allow.

    Raises
    ------
    DatasetError
        If a file is damaged, or has events that no such sensor has; the message names file and event.
    """

    def __init__(self, files: Sequence[Path], labels: NDArray[np.int64], sensor: tuple[int, int] | None = None) -> None:
        self.files, self.labels = files, labels
        height, width = (_LARGEST, _LARGEST) if sensor is None else sensor
        content, most_y, most_x = hashlib.sha256(), 0, 0
        for file in files:
            events = read_events(file)
            reason = unfit(events, height, width)
            if reason is not None:
                raise DatasetError(f"{file} {reason}. Fetch or record it again, or remove it.")
            most_y, most_x = max(most_y, int(events.y.max())), max(most_x, int(events.x.max()))
            content.update(f"{events.time.size} ".encode())
            for values in events:
                content.update(np.ascontiguousarray(values, "<i8").data)
        self._shape: tuple[int, ...] = (most_y + 1, most_x + 1) if sensor is None else sensor
        self._content = content.hexdigest()

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


def read_events(path: Path) -> Events:
    """Return the events of a file.

    Parameters
    ----------
    path : Path
        ``.bin``: five bytes an event, x, y, then polarity (the highest bit) and time in us (23 bits, the highest byte
        first), as N-MNIST and N-Caltech101 have it. ``.npy``: a structured array with the fields x, y, t and p, or an
        array of shape (n, 4) with these columns. ``.npz``: arrays x, y, t and p. Times are us, polarities 0 and 1, or
        -1 and 1.

    Raises
    ------
    DatasetError
        If there is no such file or it is damaged.
    """
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
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DatasetError(f"{path} cannot be read: {short(str(error))}. Write it with numpy.save.") from None
    if array.dtype.names is not None:
        missing = [field for field in _FIELDS if field not in array.dtype.names]
        if missing or array.ndim != 1:
            raise DatasetError(
                f"{path} has the fields {short(', '.join(array.dtype.names))} and the shape {array.shape}; events are "
                f"a list with the fields {', '.join(_FIELDS)}."
            )
        return _checked(path, {field: array[field] for field in _FIELDS})
    if array.ndim != 2 or array.shape[1] != len(_FIELDS):
        raise DatasetError(
            f"{path} has the shape {array.shape}; events have the shape (n, 4), with the columns {', '.join(_FIELDS)}."
        )
    return _checked(path, dict(zip(_FIELDS, array.T, strict=True)))


def _npz(path: Path) -> Events:
    def choose(names: Collection[str]) -> Sequence[str]:
        missing = [field for field in _FIELDS if field not in names]
        if missing:
            raise DatasetError(
                f"{path} lacks {', '.join(missing)}; events are arrays {', '.join(_FIELDS)}, and it holds "
                f"{short(', '.join(sorted(names)) or 'nothing')}."
            )
        return _FIELDS

    return _checked(path, read_npz(path, choose))


def _checked(path: Path, arrays: dict[str, NDArray[Any]]) -> Events:
    whole = {}
    for name, values in arrays.items():
        if values.ndim != 1 or values.dtype.kind not in "biuf" or values.shape != arrays["t"].shape:
            raise DatasetError(
                f"{path}: {name} must be as many numbers as t has, not {values.dtype} of {values.shape}."
            )
        if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.floor(values)).all()):
            raise DatasetError(f"{path}: {name} must be whole numbers; times are us. Round them.")
        whole[name] = values.astype(np.int64)
    polarity = np.where(whole["p"] == -1, 0, whole["p"])
    return Events(whole["x"], whole["y"], polarity, whole["t"])


_READERS = {".bin": _bin, ".npy": _npy, ".npz": _npz}

ENDINGS = tuple(_READERS)
"""Of the files that are read."""
