"""The Free Spoken Digit Dataset: 3,000 recordings of ten digits by six speakers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError
from pynn_sfdfa.datasets.files import ENVIRONMENT, cache_folder, search_path
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.datasets.wav import read_wav
from pynn_sfdfa.encoding.recordings import Sound, Sounds
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["Fsdd"]

_PLACES = ("fsdd/recordings", "fsdd", "free-spoken-digit-dataset/recordings", "recordings")
_NAME = re.compile(r"([0-9])_([a-z]+)_([0-9]+)\.wav")
_FROM = "https://github.com/Jakobovski/free-spoken-digit-dataset"


@dataclass(frozen=True)
class Fsdd(Source):
    """Wav files DIGIT_SPEAKER_INDEX.wav of 8 kHz and 16 bits, mono (Z. Jackson and others, CC BY-SA 4.0).

    The official test samples are those of the indices 0 to 4 of each speaker and digit, so that all speakers are known
    from training; how well a network hears somebody it does not know, `leaving_out` a speaker shows.

    Attributes
    ----------
    leave_out : str, optional
        A speaker, all of whose recordings are for testing, and none of them to train on.
    speakers : tuple of str
    n_each : int
        Recordings of each digit by each speaker.
    sha256 : str
        Of the name and the bytes of each file, in the order of names.
    """

    name = "fsdd"

    leave_out: str | None = None
    speakers: tuple[str, ...] = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
    n_each: int = 50
    sha256: str = "45a9b976ba3397a2fd5c70a9f2e43c34f442a3a6be47392ecfc41174b678f37e"

    def leaving_out(self, part: str) -> Fsdd:
        """Return the data set with another split: this speaker's recordings against those of all others."""
        if part not in self.speakers:
            raise DatasetError(
                f"fsdd has no speaker {short(repr(part))} to leave out; there are {', '.join(self.speakers)}."
            )
        return replace(self, leave_out=part)

    def locate(self, data: Path | None) -> str:
        """Return the folder of the recordings."""
        folders = search_path(data)
        for folder in folders:
            for place in _PLACES:
                if (folder / place / self._files[0]).is_file():
                    return str(folder / place)
        searched = ", ".join(str(folder / place) for folder in folders for place in _PLACES)
        raise DatasetError(
            f"fsdd: {self._files[0]} was not found in {searched}. Clone {_FROM} and put its folder recordings into "
            f"{cache_folder() / 'fsdd'}, or into fsdd/ of a folder that --data or ${ENVIRONMENT} names."
        )

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the verified recordings; they are not downloaded."""
        folder = Path(self.locate(data))
        self._check_names(folder)
        sounds = [read_wav(folder / file) for file in self._files]
        self._check_content(folder)
        parts = [_NAME.fullmatch(file) for file in self._files]
        digits, speakers, indices = zip(*(part.groups() for part in parts if part), strict=True)
        labels = np.array([int(digit) for digit in digits], np.int64)
        if self.leave_out is None:
            test = np.array([int(index) for index in indices]) < self.n_each // 10
        else:
            test = np.array(speakers) == self.leave_out
        return Dataset(
            name=self.name,
            train=_part(sounds, labels, ~test),
            test=_part(sounds, labels, test),
            n_classes=10,
            source=str(folder),
        )

    @property
    def _files(self) -> list[str]:
        """Return the names of all files, in their order."""
        return sorted(
            f"{digit}_{speaker}_{index}.wav"
            for digit in range(10)
            for speaker in self.speakers
            for index in range(self.n_each)
        )

    def _check_names(self, folder: Path) -> None:
        there = {entry.name for entry in folder.glob("*.wav")}
        expected = set(self._files)
        for what, names in (("lacks", expected - there), ("has, and should not have,", there - expected)):
            if names:
                shown = ", ".join(sorted(names)[:3])
                raise DatasetError(
                    f"{folder} {what} {len(names):,} recordings: {shown}{', …' if len(names) > 3 else ''}. Fetch the "
                    f"data set again from {_FROM}, or load recordings of your own as sound:PATH."
                )

    def _check_content(self, folder: Path) -> None:
        content = hashlib.sha256()
        for file in self._files:
            content.update(file.encode())
            content.update((folder / file).read_bytes())
        if content.hexdigest() != self.sha256:
            raise DatasetError(
                f"{folder}: the recordings must have the SHA-256 sum {self.sha256}, not {content.hexdigest()}: each "
                f"can be read, but some are not as published. Fetch the data set again from {_FROM}, or load "
                "recordings of your own as sound:PATH."
            )


def _part(sounds: Sequence[Sound], labels: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Sounds:
    return Sounds([sounds[index] for index in np.flatnonzero(chosen).tolist()], labels[chosen])
