"""Recordings: samples that are neither values nor spikes, such as sounds, each of a length of its own."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import numpy as np

from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Recordings", "Sound", "Sounds"]


class Recordings(ABC):
    """Samples that an encoder of their kind takes one after the other, so that not all need be in memory at once.

    Attributes
    ----------
    kind : {"sound", "events"}
        Which encoders take them: those that say so in ``takes``.
    labels : int64, shape (n,)
        Class of each.
    """

    kind: ClassVar[Literal["sound", "events"]]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """What all recordings have in common, such as height and width of a sensor."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Return a hexadecimal sum of the contents, labels not included: alike for what becomes the same spikes."""

    @abstractmethod
    def recording(self, index: int) -> NamedTuple:
        """Return one, counted from 0."""

    def __iter__(self) -> Iterator[NamedTuple]:
        return (self.recording(index) for index in range(len(self)))


class Sound(NamedTuple):
    """One sound.

    Attributes
    ----------
    wave : float32, shape (n,)
        Pressure, of any scale; one channel.
    rate : int
        Hz.
    """

    wave: NDArray[np.float32]
    rate: int


@dataclass(frozen=True, eq=False)
class Sounds(Recordings):
    """Sounds of any lengths and rates.

    Attributes
    ----------
    sounds : sequence of Sound
    labels : int64, shape (n,)

    Raises
    ------
    ValueError
        If a sound is empty, holds numbers that are not finite or nothing but silence, or there is not a label for each.
    """

    kind = "sound"

    sounds: Sequence[Sound]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.sounds) != len(self.labels):
            raise ValueError(f"there are {len(self.sounds)} sounds but {len(self.labels)} labels; each needs one.")
        for index, sound in enumerate(self.sounds):
            reason = flaw(sound)
            if reason is not None:
                raise ValueError(f"sound {index} {reason}.")

    @property
    def shape(self) -> tuple[int, ...]:
        """Nothing: each sound has a length of its own."""
        return ()

    def fingerprint(self) -> str:
        """Return the SHA-256 of rates and waves."""
        content = hashlib.sha256()
        for wave, rate in self.sounds:
            content.update(f"{rate} {wave.size} ".encode())
            content.update(np.ascontiguousarray(wave, "<f4").data)
        return content.hexdigest()

    def recording(self, index: int) -> Sound:
        """Return one sound."""
        return self.sounds[index]


def flaw(sound: Sound) -> str | None:
    """Return what a sound has that cannot be heard, to follow its name; None if it is sound."""
    wave, rate = sound
    if not rate >= 1:
        return f"has a rate of {short(repr(rate))} Hz, which must be at least 1"
    if wave.ndim != 1 or not wave.size:
        return f"has the shape {wave.shape}, and must be a list of pressures that is not empty"
    if not np.isfinite(wave).all():
        return "holds numbers that are not finite"
    return None if wave.any() else "is silent from beginning to end"
