"""The 8 x 8 digits that come with scikit-learn: always there, and small enough to learn within a minute."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.source import Source

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Digits"]

_N_TRAIN = 1437
_SEED = 0
_MD5 = "265453a2439934797bb770ce205b6fad"  # of the 1797 x 65 bytes: 64 pixels of 0..16, then the label


@dataclass(frozen=True)
class Digits(Source):
    """1,437 digits to train on and 360 to test with, in a fixed random order; pixels are 0..16."""

    name = "digits"

    def locate(self, data: Path | None) -> str:
        """Return the path of scikit-learn's file."""
        return str(_path())

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the verified images and labels."""
        path = _path()
        try:
            with gzip.open(path, "rt", encoding="ascii") as stream:
                rows = np.loadtxt(stream, delimiter=",", dtype=np.uint8, ndmin=2)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise DatasetError(f"{path} is damaged: {error}. Reinstall scikit-learn.") from None
        found = hashlib.md5(rows.data, usedforsecurity=False).hexdigest()
        if found != _MD5:
            raise DatasetError(f"{path} must hold digits with the MD5 sum {_MD5}, not {found}. Reinstall scikit-learn.")
        order = np.random.RandomState(_SEED).permutation(len(rows))  # numpy keeps this stream frozen
        images, labels = rows[order, :64].reshape(-1, 8, 8), rows[order, 64]
        return Dataset(
            name=self.name,
            train=Samples(images[:_N_TRAIN], labels[:_N_TRAIN]),
            test=Samples(images[_N_TRAIN:], labels[_N_TRAIN:]),
            n_classes=10,
            source=str(path),
        )


def _path() -> Path:
    """Find the file without importing scikit-learn, which takes over a second."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise DatasetError("digits come with scikit-learn, which is not installed. Run: pip install scikit-learn")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        raise DatasetError(f"{path} should have come with scikit-learn but is missing. Reinstall scikit-learn.")
    return path
