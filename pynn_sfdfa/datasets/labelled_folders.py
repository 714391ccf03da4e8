"""A user's own files in folders that are named as their classes are: LABEL/FILE, perhaps below Train and Test."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError
from pynn_sfdfa.datasets.files import is_there
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.datasets.source import DownloadProgress
    from pynn_sfdfa.encoding.recordings import Recordings

__all__ = ["LabelledFolders", "Split", "labelled_files"]

HELD_OUT = 5
"""Without folders Train and Test, every fifth file of a class is for testing, in the order of names."""


@dataclass(frozen=True)
class Split:
    """The files of a split and the class of each."""

    files: Sequence[Path]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class LabelledFolders(Source):
    """Files of one kind in folders of their classes.

    ``PATH/Train/LABEL/FILE`` and ``PATH/Test/LABEL/FILE``, or ``PATH/LABEL/FILE``, of which every fifth file of a
    class, the first included, is for testing. Classes are numbered in the order of their names, as numbers where all
    are numbers.
    """

    prefix: ClassVar[str]
    """What a name begins with, before the path."""
    endings: ClassVar[tuple[str, ...]]
    """Of the files that are samples; others are left alone."""

    path: Path

    @abstractmethod
    def read(self, train: Split, test: Split) -> tuple[Recordings, Recordings]:
        """Return the recordings of the files of both splits; DatasetError if one is damaged."""

    def locate(self, data: Path | None) -> str:
        """Return the folder, which is not looked for in other folders."""
        if not is_there(self.path.is_dir):
            raise DatasetError(
                f"{short(str(self.path))} is not a folder. Write {self.prefix}PATH with the path of a folder of files, "
                "in folders that are named as their classes are."
            )
        return str(self.path)

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the recordings of the folder."""
        self.locate(data)
        *splits, classes = labelled_files(self.path, self.endings)
        train, test = self.read(*splits)
        return Dataset(
            name=f"{self.prefix}{self.path}",
            train=train,
            test=test,
            n_classes=len(classes),
            source=str(self.path),
            classes=classes,
        )


def labelled_files(folder: Path, endings: tuple[str, ...]) -> tuple[Split, Split, tuple[str, ...]]:
    """Return training files, test files and the names of the classes in their order.

    Raises
    ------
    DatasetError
        If there are no files of these endings, or the two splits have not the same classes.
    """
    below = {entry.name.lower(): entry for entry in _entries(folder) if entry.is_dir()}
    if "train" not in below or "test" not in below:
        by_class = _by_class(folder, endings)
        lone = [name for name, files in by_class.items() if len(files) < 2]
        if lone:
            raise DatasetError(
                f"{folder / lone[0]} has one file only; a class needs two at least, one to train on and one to test "
                "with."
            )
        test = {name: files[::HELD_OUT] for name, files in by_class.items()}
        train = {name: [file for file in files if file not in test[name]] for name, files in by_class.items()}
    else:
        train, test = (_by_class(below[name], endings) for name in ("train", "test"))
        unknown = [name for name in test if name not in train]
        if unknown:
            raise DatasetError(f"{below['test'] / unknown[0]} has a class that {below['train']} has not. Add it there.")
    numbers = {name: number for number, name in enumerate(_in_order(train))}
    return _split(train, numbers), _split(test, numbers), tuple(numbers)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read: {error.strerror or error}.") from None


def _by_class(folder: Path, endings: tuple[str, ...]) -> dict[str, list[Path]]:
    found = {
        entry.name: [file for file in _entries(entry) if file.suffix.lower() in endings]
        for entry in _entries(folder)
        if entry.is_dir()
    }
    found = {name: files for name, files in found.items() if files}
    if not found:
        raise DatasetError(
            f"{folder} has no folders with files that end in {' or '.join(endings)}. Put each file into a folder that "
            "is named as its class is: LABEL/FILE."
        )
    return found


def _in_order(names: dict[str, list[Path]]) -> list[str]:
    if all(name.isdecimal() for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def _split(by_class: dict[str, list[Path]], numbers: dict[str, int]) -> Split:
    ordered = [(file, numbers[name]) for name in numbers for file in by_class.get(name, ())]
    return Split([file for file, _ in ordered], np.array([label for _, label in ordered], np.int64))
