"""Data sets of four idx files, as MNIST is: verified by content and downloaded where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.download import download
from pynn_sfdfa.datasets.files import ENVIRONMENT, cache_folder, find, search_path, searched, temporary_folder
from pynn_sfdfa.datasets.idx import IdxFile, read_idx
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.support.files import WriteError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["IdxSet"]


@dataclass(frozen=True)
class IdxSet(Source):
    """A data set kept in four idx files.

    Attributes
    ----------
    name : str
    n_classes : int
    train_images, train_labels, test_images, test_labels : IdxFile
    mirrors : tuple of str
        Addresses of folders that hold the gzipped files, tried in order.
    """

    name: str
    n_classes: int
    train_images: IdxFile
    train_labels: IdxFile
    test_images: IdxFile
    test_labels: IdxFile
    mirrors: tuple[str, ...]

    def locate(self, data: Path | None) -> str:
        """Return the folders of the four files."""
        folders = search_path(data)
        found = [(file, find(self.name, file.names, folders)) for file in self._files]
        missing = [file.name for file, path in found if path is None]
        if missing:
            raise DatasetError(
                f"{', '.join(missing)} not found in {searched(self.name, folders)}; "
                f"downloaded on first use where there is a network, from {self.mirrors[0]}"
            )
        return _folders([path for _, path in found if path is not None])

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the verified images and labels, downloading what is found in no folder to the user's cache."""
        folders = search_path(data)
        paths = [
            find(self.name, file.names, folders) or self._fetched(file, folders, download, progress)
            for file in self._files
        ]
        train_images, train_labels, test_images, test_labels = map(self._read, paths, self._files)
        return Dataset(
            name=self.name,
            train=Samples(train_images, train_labels),
            test=Samples(test_images, test_labels),
            n_classes=self.n_classes,
            source=_folders(paths),
        )

    def _read(self, path: Path, file: IdxFile) -> NDArray[Any]:
        try:
            return read_idx(path, file)
        except DatasetError as error:
            raise DatasetError(
                f"{path}: {error}. Replace it, or remove it to have it looked for elsewhere and downloaded; "
                f"files of several data sets go into folders of their own, these into {self.name}/."
            ) from None

    @property
    def _files(self) -> tuple[IdxFile, IdxFile, IdxFile, IdxFile]:
        return self.train_images, self.train_labels, self.test_images, self.test_labels

    def _fetched(
        self, file: IdxFile, folders: Sequence[Path], allowed: bool, progress: DownloadProgress | None
    ) -> Path:
        """Download a file to the cache, or say where it was looked for and how to get it.

        A cache that cannot be written only means that the file is downloaded again by the next process.
        """
        target = cache_folder() / self.name / f"{file.name}.gz"
        urls = [f"{mirror}{target.name}" for mirror in self.mirrors]
        reason = "downloading is switched off"
        if allowed:
            try:
                try:
                    download(urls, target, lambda part: read_idx(part, file), progress)
                except WriteError as error:
                    target = temporary_folder(target.parent, error.strerror) / target.name
                    download(urls, target, lambda part: read_idx(part, file), progress)
            except DatasetError as error:
                reason = f"it could not be downloaded ({error})"
            else:
                return target
        raise DatasetError(
            f"{self.name}: {file.name}.gz was not found in {searched(self.name, folders)}, and {reason}. "
            f"Get it from {urls[0]} on a machine with a network and put it into {cache_folder() / self.name}, "
            f"or into a folder that --data or ${ENVIRONMENT} names."
        )


def _folders(paths: Sequence[Path]) -> str:
    return ", ".join(dict.fromkeys(str(path.parent) for path in paths))
