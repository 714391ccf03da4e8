"""Where the files of data sets are looked for."""

from __future__ import annotations

import atexit
import functools
import os
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ENVIRONMENT",
    "cache_folder",
    "expanded",
    "find",
    "is_there",
    "listed",
    "not_there",
    "search_path",
    "searched",
    "temporary_folder",
]

ENVIRONMENT = "PYNN_SFDFA_DATA"
"""The environment variable that names a folder of data sets."""


def cache_folder() -> Path:
    """Return the user's cache, which downloads go to."""
    return Path(platformdirs.user_cache_dir("pynn-sfdfa"))


@functools.cache
def temporary_folder(instead: Path, reason: str) -> Path:
    """Return a folder for downloads that lasts as long as this process, and say once why it is used."""
    warnings.warn(
        f"Downloads cannot be kept in {instead} ({reason}), so whenever they are needed they are downloaded again.",
        stacklevel=2,
    )
    folder = tempfile.TemporaryDirectory(prefix="pynn-sfdfa-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def search_path(data: Path | None) -> list[Path]:
    """Return the folders to look in: ``data``, ``$PYNN_SFDFA_DATA``, the user's cache.

    Raises
    ------
    DatasetError
        If ``data`` or ``$PYNN_SFDFA_DATA`` is given but is not a folder.
    """
    given = [("data (--data)", str(data))] if data is not None else []
    if os.environ.get(ENVIRONMENT):
        given.append((f"${ENVIRONMENT}", os.environ[ENVIRONMENT]))
    folders = []
    for option, text in given:
        folder = expanded(text)
        if not folder.is_dir():
            raise DatasetError(f"{option} must name a folder with data sets, but {text} is not a folder.")
        folders.append(folder)
    return [*folders, cache_folder()]


def expanded(path: str) -> Path:
    """Return a path with the home folder in place of ``~``; DatasetError if that is of nobody here."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise DatasetError(f"{short(path)} is below the home folder of a user who is not known here.") from None


def is_there(check: Callable[[], bool]) -> bool:
    """Return what a path's ``is_file`` or ``is_dir`` says; False where its name is longer than any can be."""
    try:
        return check()
    except OSError:
        return False


def listed(files: Sequence[str | Path], call: str) -> list[Path]:
    """Return paths that somebody gives in a list; TypeError if it is one, with how ``call`` is given it."""
    if isinstance(files, str | Path):
        raise TypeError(f"files must be a list of paths, not one: {call.format(f'[{short(repr(str(files)))}]')}.")
    return [Path(file) for file in files]


def not_there(path: Path, kind: str, remedy: str) -> DatasetError:
    """Return the error that a user's own data are not where they are said to be.

    Parameters
    ----------
    path : Path
    kind : str
        What should be there, "a file" or "a folder".
    remedy : str
        What to write, to follow a comma or to begin a sentence with.
    """
    told = f"{short(str(path))} is not {kind}"
    if path.is_absolute():
        return DatasetError(f"{told}. {remedy[0].upper()}{remedy[1:]}.")
    return DatasetError(
        f"{told} in {Path.cwd()}, the present folder. Go to the folder that it was relative to when the run was begun, "
        f"or {remedy}, which holds from everywhere if it begins with /."
    )


def find(dataset: str, names: Sequence[str], folders: Sequence[Path]) -> Path | None:
    """Return the first file of one of these names, in each folder first below ``dataset``/, then directly."""
    for folder in folders:
        for place in (folder / dataset, folder):
            for name in names:
                if (place / name).is_file():
                    return place / name
    return None


def searched(dataset: str, folders: Sequence[Path]) -> str:
    """Describe to the user where ``find`` looked."""
    places = dict.fromkeys(str(place) for folder in folders for place in (folder / dataset, folder))
    return ", ".join(places)
