"""N-MNIST: MNIST's digits as an event camera saw them; the full set, or a subset that is called so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError
from pynn_sfdfa.datasets.event_files import EventFiles
from pynn_sfdfa.datasets.files import ENVIRONMENT, cache_folder, search_path
from pynn_sfdfa.datasets.labelled_folders import labelled_files
from pynn_sfdfa.datasets.source import Source

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Nmnist"]

_FROM = "https://www.garrickorchard.com/datasets/n-mnist"
_PLACES = ("nmnist", "N-MNIST", "nmnist-1100", ".")


@dataclass(frozen=True)
class Nmnist(Source):
    """Train/LABEL/NNNNN.bin and Test/LABEL/NNNNN.bin, of 34 x 34 pixels (Orchard et al. 2015, CC BY-SA 4.0).

    Whatever part of the published recordings is there is loaded, if it has all ten classes; what is not all of them
    says so in its source, for figures of a subset are not those of N-MNIST.

    Attributes
    ----------
    n_train, n_test : int
        Recordings of the full set.
    sensor : tuple of int
        Height and width in pixels.
    """

    name = "nmnist"

    n_train: int = 60_000
    n_test: int = 10_000
    sensor: tuple[int, int] = (34, 34)

    def locate(self, data: Path | None) -> str:
        """Return the folder of the two splits."""
        folders = search_path(data)
        for folder in folders:
            for place in _PLACES:
                if all((folder / place / split).is_dir() for split in ("Train", "Test")):
                    return str(folder / place)
        searched = ", ".join(str(folder / place) for folder in folders for place in _PLACES[:-1])
        raise DatasetError(
            f"nmnist: folders Train and Test were not found in {searched}. Get them from {_FROM} and put them into "
            f"{cache_folder() / 'nmnist'}, or into nmnist/ of a folder that --data or ${ENVIRONMENT} names."
        )

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the recordings, of which each has been looked through; they are not downloaded."""
        folder = Path(self.locate(data))
        train, test, classes = labelled_files(folder, (".bin",))
        if len(classes) != 10:
            raise DatasetError(
                f"{folder / 'Train'} has {len(classes)} classes; N-MNIST has the ten digits. Fetch it again."
            )
        complete = (len(train.files), len(test.files)) == (self.n_train, self.n_test)
        part = f", a subset of {len(train.files):,} + {len(test.files):,} recordings of N-MNIST"
        return Dataset(
            name=self.name,
            train=EventFiles(train.files, train.labels, self.sensor),
            test=EventFiles(test.files, test.labels, self.sensor),
            n_classes=10,
            source=f"{folder}{'' if complete else part}",
        )
