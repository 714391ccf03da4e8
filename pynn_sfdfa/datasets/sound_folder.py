"""A user's own sounds: wav files in folders of their classes."""

from __future__ import annotations

from dataclasses import dataclass

from pynn_sfdfa.datasets.labelled_folders import LabelledFolders, Split
from pynn_sfdfa.datasets.wav import read_wav
from pynn_sfdfa.encoding.recordings import Sounds

__all__ = ["SoundFolder"]


@dataclass(frozen=True)
class SoundFolder(LabelledFolders):
    """Wav files of any rate and width; see `LabelledFolders` for where they lie."""

    prefix = "sound:"
    endings = (".wav",)

    def read(self, train: Split, test: Split) -> tuple[Sounds, Sounds]:
        """Return the sounds of the files."""
        return _sounds(train), _sounds(test)


def _sounds(split: Split) -> Sounds:
    return Sounds([read_wav(file) for file in split.files], split.labels)
