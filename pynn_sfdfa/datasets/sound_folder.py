"""A user's own sounds: wav files in folders of their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.labelled_folders import LabelledFolders
from pynn_sfdfa.datasets.wav import read_sounds

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.labelled_folders import Split
    from pynn_sfdfa.encoding.recordings import Sounds

__all__ = ["SoundFolder"]


@dataclass(frozen=True)
class SoundFolder(LabelledFolders):
    """Wav files of any rate and width; see `LabelledFolders` for where they lie."""

    prefix = "sound:"
    endings = (".wav",)

    def read(self, train: Split, test: Split) -> tuple[Sounds, Sounds]:
        """Return the sounds of the files."""
        return read_sounds(train.files, train.labels), read_sounds(test.files, test.labels)
