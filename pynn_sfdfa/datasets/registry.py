"""The data sets by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.event_folder import EventFolder
from pynn_sfdfa.datasets.files import expanded
from pynn_sfdfa.datasets.npz import NpzFile
from pynn_sfdfa.datasets.saccades import Saccaded
from pynn_sfdfa.datasets.sound_folder import SoundFolder
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.dataset import Dataset
    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Availability", "available", "load", "names", "own_prefixes", "sources"]

_OWN: dict[str, type[NpzFile | SoundFolder | EventFolder]] = {
    "npz:": NpzFile,
    "sound:": SoundFolder,
    "events:": EventFolder,
}
"""What names of a user's own data begin with, before a path."""

_SACCADES = "saccades:"


class Availability(NamedTuple):
    """Whether a data set is at hand, and where it is or why it is not."""

    name: str
    found: bool
    where: str


@cache
def sources() -> dict[str, Source]:
    """Return the data sets by name: one of each class that the files of this folder define."""
    kinds = registry("pynn_sfdfa.datasets", Source)  # type: ignore[type-abstract]  # what it finds is not
    return {name: kind() for name, kind in kinds.items()}


def names() -> tuple[str, ...]:
    """Return the names ``load`` knows, with those of a user's own files and of simulated events."""
    return *sources(), *(f"{prefix}PATH" for prefix in _OWN), f"{_SACCADES}NAME"


def own_prefixes() -> tuple[str, ...]:
    """Return what names of a user's own data begin with, before a path or the name of another data set."""
    return *_OWN, _SACCADES


def load(
    name: str,
    data: Path | str | None = None,
    *,
    leave_out: str | None = None,
    sensor: tuple[int, int] | None = None,
    download: bool = True,
    progress: DownloadProgress | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str
        One of ``names()``.
    data : path, optional
        The folder to look in first; then ``$PYNN_SFDFA_DATA``, then the user's cache. In each, a file may lie in the
        folder itself or in a folder of the data set's name.
    leave_out : str, optional
        A part of the data set, such as a speaker of fsdd, that is for testing while all else is to train on.
    sensor : tuple of int, optional
        Height and width in pixels of the camera of ``events:PATH``; default: as many as the largest coordinates need.
    download : bool
        Whether mnist and fashion-mnist are downloaded to the user's cache if they are found nowhere.
    progress : callable, optional
        Called as ``progress(file_name, bytes_so_far, bytes_in_all_or_None)`` while a file is downloaded.

    Raises
    ------
    DatasetError
        If the name is unknown, or the data cannot be found, read or verified; the message names the file, what was
        expected and the remedy.
    """
    source = _source(name)
    if leave_out is not None:
        source = source.leaving_out(leave_out)
    if sensor is not None:
        source = source.of_sensor(sensor)
    return source.load(_folder(data), download=download, progress=progress)


def available(data: Path | str | None = None) -> list[Availability]:
    """Return for each named data set whether and where it is at hand, without reading it.

    Parameters
    ----------
    data : path, optional
        The folder to look in first; else ``$PYNN_SFDFA_DATA``, then the user's cache.
    """
    report = []
    for name, source in sources().items():
        try:
            report.append(Availability(name, True, source.locate(_folder(data))))
        except DatasetError as error:
            report.append(Availability(name, False, str(error)))
    return report


def _source(name: str) -> Source:
    for prefix, kind in _OWN.items():
        if name.startswith(prefix):
            return kind(expanded(name.removeprefix(prefix)))
    if name.startswith(_SACCADES):
        return Saccaded(_source(name.removeprefix(_SACCADES)))
    if name not in sources():
        raise DatasetError(f"there is no data set {short(repr(name))}; valid names are {', '.join(names())}.")
    return sources()[name]


def _folder(data: Path | str | None) -> Path | None:
    return None if data is None else Path(data)
