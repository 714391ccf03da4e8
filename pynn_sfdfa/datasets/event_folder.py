"""A user's own recordings of events: files in folders of their classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.event_files import ENDINGS, EventFiles
from pynn_sfdfa.datasets.labelled_folders import LabelledFolders

if TYPE_CHECKING:
    from pathlib import Path

    from pynn_sfdfa.datasets.dataset import Dataset
    from pynn_sfdfa.datasets.labelled_folders import Split
    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["EventFolder"]


@dataclass(frozen=True)
class EventFolder(LabelledFolders):
    """Files of events; see `LabelledFolders` for where they lie, and `read_events` for what they hold.

    Attributes
    ----------
    sensor : tuple of int, optional
        Height and width in pixels; default: as many as the events of all files need.
    """

    prefix = "events:"
    endings = ENDINGS

    sensor: tuple[int, int] | None = None

    def of_sensor(self, sensor: tuple[int, int]) -> EventFolder:
        """Return the recordings as those of a sensor of this height and width in pixels."""
        return replace(self, sensor=sensor)

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the recordings of the folder, and of how many pixels their camera is."""
        found = super().load(data, download=download, progress=progress)
        assert isinstance(found.train, EventFiles), "it is what was read"
        height, width = found.train.shape
        return replace(found, sensor=(int(height), int(width)))

    def read(self, train: Split, test: Split) -> tuple[EventFiles, EventFiles]:
        """Return the recordings of the files."""
        parts = [EventFiles(split.files, split.labels, self.sensor) for split in (train, test)]
        sensor = tuple(map(max, *(part.shape for part in parts)))
        return parts[0].of_sensor(sensor), parts[1].of_sensor(sensor)
