"""A user's own files in folders that are named as their classes are: LABEL/FILE, perhaps below Train and Test."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError
from pynn_sfdfa.datasets.files import is_there, not_there
from pynn_sfdfa.datasets.source import Source

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
    class, the first included, is for testing. What lies elsewhere, or ends otherwise, is told of and left out. Classes
    are numbered in the order of their names, as numbers where all are numbers.
    """

    prefix: ClassVar[str]
    """What a name begins with, before the path."""
    endings: ClassVar[tuple[str, ...]]
    """Of the files that are samples."""

    path: Path

    @abstractmethod
    def read(self, train: Split, test: Split) -> tuple[Recordings, Recordings]:
        """Return the recordings of the files of both splits; DatasetError if one is damaged."""

    def locate(self, data: Path | None) -> str:
        """Return the folder, which is not looked for in other folders."""
        if not is_there(self.path.is_dir):
            remedy = (
                f"write {self.prefix}PATH with the path of a folder of files, in folders named as their classes are"
            )
            raise not_there(self.path, "a folder", remedy)
        return str(self.path)

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the recordings of the folder."""
        self.locate(data)
        train_files, test_files, classes = labelled_files(self.path, self.endings)
        left_out = _left_out(self.path, self.endings, {*train_files.files, *test_files.files})
        if left_out:
            warnings.warn(f"{self.path}: {left_out}", stacklevel=3)
        train, test = self.read(train_files, test_files)
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
    lone_split = {"train", "test"} & set(below)
    if len(lone_split) == 1:
        (split,) = lone_split
        if not _samples(below[split], endings):  # otherwise it is a class of that name
            other = "Test" if split == "train" else "Train"
            raise DatasetError(
                f"{folder} has a folder {below[split].name} but no folder {other}. Put files of each class into "
                f"{folder / other}/LABEL, too, or all folders of classes into {folder} itself, where every fifth file "
                "of a class is for testing."
            )
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
    found = {entry.name: _samples(entry, endings) for entry in _entries(folder) if entry.is_dir()}
    found = {name: files for name, files in found.items() if files}
    if not found:
        raise DatasetError(
            f"{folder} has no folders with files that end in {' or '.join(endings)}. Put each file into a folder that "
            "is named as its class is: LABEL/FILE."
        )
    return found


def _samples(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    return [file for file in _entries(folder) if file.suffix.lower() in endings]


def _left_out(folder: Path, endings: tuple[str, ...], taken: set[Path]) -> str:
    """Return which files below a folder are no samples, and why, and how many folders are empty, in sentences."""
    below = sorted(
        p for p in folder.rglob("*") if not any(part.startswith(".") for part in p.relative_to(folder).parts)
    )
    others = [path for path in below if path not in taken and path.is_file()]
    filled = {path.parent for path in below}
    empty = [path for path in below if path not in filled and path.is_dir()]
    kinds = {
        f"not ending in {' or '.join(endings)}": [path for path in others if path.suffix.lower() not in endings],
        "not in a folder LABEL of the splits": [path for path in others if path.suffix.lower() in endings],
    }
    told = [f"{len(of)} {why} ({of[0].relative_to(folder)})" for why, of in kinds.items() if of]
    sentences = []
    if told:
        files = "file is" if len(others) == 1 else "files are"
        sentences.append(f"{len(others)} {files} left out, {' and '.join(told)}.")
    if empty:
        folders = "folder is" if len(empty) == 1 else "folders are"
        sentences.append(f"{len(empty)} {folders} empty ({empty[0].relative_to(folder)}), and so no class.")
    return " ".join(sentences)


def _in_order(names: dict[str, list[Path]]) -> list[str]:
    if all(name.isdecimal() for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)


def _split(by_class: dict[str, list[Path]], numbers: dict[str, int]) -> Split:
    ordered = [(file, numbers[name]) for name in numbers for file in by_class.get(name, ())]
    return Split([file for file, _ in ordered], np.array([label for _, label in ordered], np.int64))
