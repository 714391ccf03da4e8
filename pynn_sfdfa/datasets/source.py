"""The interface of a named data set, and the parts of it that any source shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.datasets.dataset import Dataset

__all__ = ["DownloadProgress", "Source"]

DownloadProgress = Callable[[str, int, int | None], None]
"""Told (file name, bytes so far, bytes in all or None if unknown) while a file is downloaded."""


class Source(ABC):
    """Where a data set comes from; to add one, write a file of this folder with a subclass that states its name.

    Attributes
    ----------
    name : str
        What it is loaded by. Subclasses without one are none of the data sets that are listed.
    """

    name: str

    def leaving_out(self, part: str) -> Source:
        """Return the data set with all samples of one part of it, such as a speaker, to test with and the others to
        train on; DatasetError if there is no such part, or the data set has no parts.
        """
        raise DatasetError(
            f"leave_out = {short(repr(part))}: this data set has no parts of which one could be left out, as fsdd has "
            "its speakers. Do without leave_out."
        )

    def of_sensor(self, sensor: tuple[int, int]) -> Source:
        """Return the data set as recordings of a sensor of this height and width in pixels; DatasetError if its
        recordings have a sensor that is known, or there are none.
        """
        raise DatasetError(
            f"sensor = {list(sensor)}: this data set says itself how large its samples are, as all do but events:PATH. "
            "Do without sensor."
        )

    @abstractmethod
    def locate(self, data: Path | None) -> str:
        """Return where the data set is, without reading it, or raise DatasetError saying why it is not there."""

    @abstractmethod
    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the verified data set.

        Parameters
        ----------
        data : Path, optional
            The folder to look in first.
        download : bool
            Whether files that are not found may be downloaded.
        progress : callable, optional
            Told how far a download is.

        Raises
        ------
        DatasetError
            If it cannot be found, read or verified.
        """
