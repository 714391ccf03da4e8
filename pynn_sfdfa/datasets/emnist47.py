"""The 47 classes of EMNIST Balanced in a split of this project's own, which no public server offers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.files import ENVIRONMENT, cache_folder, find, search_path, searched
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.datasets.source import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Emnist47"]

_FILE = "emnist47.npz"
_MD5 = {
    "x_train": "b695ec08611a164e0faf0bf403107680",
    "y_train": "7edf775018b60ffff6d8bb4bc68dbd92",
    "x_test": "d1ce1544e13225606331dd7c00d79ee1",
    "y_test": "4f956be6cafbcd668a54ad37e50c15b0",
}


@dataclass(frozen=True)
class Emnist47(Source):
    """Genuine EMNIST images, upright, 28 x 28, in a custom split; its figures are not those of EMNIST Balanced.

    Attributes
    ----------
    md5 : mapping of str to str
        For each field, the MD5 sum of the array's bytes.
    n_classes : int
    """

    name = "emnist47"
    md5: Mapping[str, str] = field(default_factory=lambda: _MD5)
    n_classes: int = 47

    def locate(self, data: Path | None) -> str:
        """Return the path of the file."""
        return str(self._path(data))

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the verified images and labels; there is nowhere to download them from."""
        path = self._path(data)
        arrays = read_npz(path, lambda names: self._wanted(path, names))
        for array, expected in self.md5.items():
            found = hashlib.md5(np.ascontiguousarray(arrays[array]).data, usedforsecurity=False).hexdigest()
            if found != expected:
                raise DatasetError(
                    f"{path}: {array} must have the MD5 sum {expected}, not {found}. Replace the file by the original, "
                    f"or load your own arrays as npz:{path}."
                )
        return Dataset(
            name=self.name,
            train=Samples(arrays["x_train"], arrays["y_train"]),
            test=Samples(arrays["x_test"], arrays["y_test"]),
            n_classes=self.n_classes,
            source=str(path),
        )

    def _wanted(self, path: Path, names: Collection[str]) -> list[str]:
        for array in self.md5:
            if array not in names:
                raise DatasetError(f"{path} lacks {array}; it has {', '.join(names)}. Replace it by the original.")
        return list(self.md5)

    def _path(self, data: Path | None) -> Path:
        folders = search_path(data)
        path = find("emnist47", [_FILE], folders)
        if path is None:
            raise DatasetError(
                f"emnist47: {_FILE} was not found in {searched('emnist47', folders)}. It is a custom split that cannot "
                f"be downloaded: copy it into {cache_folder() / 'emnist47'}, or into a folder that --data or "
                f"${ENVIRONMENT} names."
            )
        return path
