"""Recordings as spikes: encoded once, and kept in the user's cache for the next time.

What is kept is found by a sum over the contents of the recordings, the encoder, its settings and its version, so that
nothing stale can be found; each file appears whole or not at all. Nothing is ever removed: the folder may be deleted.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import asdict, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.files import cache_folder
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.encoding.of_recordings import OfRecordings
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.support import files
from pynn_sfdfa.support.wording import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pynn_sfdfa.datasets.dataset import Dataset
    from pynn_sfdfa.encoding.encoder import Encoder

__all__ = ["as_spikes", "kept_folder"]

_FORMAT = 1
_INTERVAL = 10.0  # s between reports of how far encoding has come
_ARRAYS = ("times", "units", "offsets", "n_units")


def kept_folder() -> Path:
    """Return the folder of the encoded recordings."""
    return cache_folder() / "encoded"


def as_spikes(dataset: Dataset, encoder: Encoder, announce: Callable[[str], object] = lambda line: None) -> Dataset:
    """Return a data set of recordings as one of spike trains; one of anything else as it is.

    Parameters
    ----------
    dataset : Dataset
    encoder : Encoder
    announce : callable, optional
        Told in a sentence what takes a while.

    Raises
    ------
    DatasetError
        If the encoder does not take such recordings, or one cannot be encoded; the message names the encoders that do.
    """
    if not isinstance(dataset.train, Recordings):
        return dataset
    if not isinstance(encoder, OfRecordings) or encoder.takes != dataset.train.kind:
        raise DatasetError(
            f"{dataset.source} holds recordings of {dataset.train.kind}, which the encoder {encoder.name} cannot "
            f"encode: give [encoding] the settings of {' or '.join(_fitting(dataset.train.kind))}, and its name."
        )
    parts: dict[str, Any] = {
        split: _spikes(part, encoder, f"{dataset.source}: the {split} split", announce)
        for split, part in (("train", dataset.train), ("test", dataset.test), ("validation", dataset.validation))
        if isinstance(part, Recordings)
    }
    return replace(dataset, **parts)


def _fitting(kind: str) -> list[str]:
    from pynn_sfdfa.encoding import ENCODERS  # imports every encoder

    return [name for name, encoder in ENCODERS.items() if encoder.takes == kind]


def _spikes(part: Recordings, encoder: OfRecordings, where: str, announce: Callable[[str], object]) -> SpikeTrains:
    content = (_FORMAT, part.fingerprint(), encoder.name, encoder.version, sorted(asdict(encoder).items()))
    path = kept_folder() / f"{hashlib.sha256(repr(content).encode()).hexdigest()}.npz"
    if path.is_file():
        try:
            return _read(path, part)
        except (DatasetError, ValueError) as error:
            warnings.warn(f"Spikes kept in {path} cannot be used ({error}); they are made anew.", stacklevel=2)
    announce(f"{where}: {len(part):,} recordings become spikes, by {encoder.name}; they are kept for the next time.")
    try:
        trains = encoder(part, part.labels, _reporter(where, len(part), announce))
    except ValueError as error:
        raise DatasetError(f"{where}, encoder {encoder.name}: {error}.") from None
    try:
        files.make_folder(path.parent)
        files.write_bytes(path, _packed(trains))
    except (files.WriteError, FileExistsError, NotADirectoryError) as error:
        warnings.warn(f"Spikes cannot be kept, so that they are made anew every time: {error}", stacklevel=2)
    return trains


def _reporter(where: str, n: int, announce: Callable[[str], object]) -> Callable[[int], None]:
    """Return what announces now and then how many of n recordings are done, and how long the others will take."""
    began = told = monotonic()

    def tell(done: int) -> None:
        nonlocal told
        now = monotonic()
        if now - told >= _INTERVAL and done < n:
            told = now
            left = format_duration((now - began) / done * (n - done))
            announce(f"{where}: {done:,} of {n:,} recordings are spikes, {left} left.")

    return tell


def _packed(trains: SpikeTrains) -> bytes:
    content = io.BytesIO()
    arrays: dict[str, Any] = {name: np.asarray(getattr(trains, name)) for name in _ARRAYS}
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def _read(path: Path, part: Recordings) -> SpikeTrains:
    arrays = read_npz(path, lambda names: _ARRAYS)
    times, units, offsets, n_units = (arrays[name] for name in _ARRAYS)
    return SpikeTrains(times, units, offsets, part.labels, int(n_units))
