"""A user's own recordings of events: files in folders of their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.event_files import ENDINGS, EventFiles
from pynn_sfdfa.datasets.labelled_folders import LabelledFolders

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.labelled_folders import Split

__all__ = ["EventFolder"]


@dataclass(frozen=True)
class EventFolder(LabelledFolders):
    """Files of events; see `LabelledFolders` for where they lie, and `read_events` for what they hold.

    The sensor has as many pixels as the events of all files need.
    """

    prefix = "events:"
    endings = ENDINGS

    def read(self, train: Split, test: Split) -> tuple[EventFiles, EventFiles]:
        """Return the recordings of the files."""
        parts = [EventFiles(split.files, split.labels) for split in (train, test)]
        sensor = tuple(map(max, *(part.shape for part in parts)))
        return parts[0].of_sensor(sensor), parts[1].of_sensor(sensor)
