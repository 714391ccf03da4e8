"""A user's own arrays in an npz file: images or features to encode, or spikes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.files import is_there, not_there
from pynn_sfdfa.datasets.npz_archive import read_npz
from pynn_sfdfa.datasets.source import Source
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pynn_sfdfa.datasets.npz_archive import Arrays
    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["NpzFile"]

_IMAGE_FIELDS = ("x", "y")
_SPIKE_FIELDS = ("times", "units", "offsets", "labels")
_FIELDS_HELP = (
    "Images or features: x_train, y_train, x_test, y_test. "
    "Spikes: times_train, units_train, offsets_train, labels_train and the same with _test. "
    "Optional: a third split with _validation, n_units for spikes."
)


@dataclass(frozen=True)
class NpzFile(Source):
    """An npz file with training and test samples, and perhaps validation samples.

    Fields for values to encode: ``x_train`` of shape (n, features), (n, height, width) or (n, channels, height,
    width) and integer ``y_train`` of shape (n,), the same with ``_test``.

    Fields for spikes: ``times_train`` in ms, ``units_train``, ``offsets_train`` and ``labels_train`` as in
    ``SpikeTrains``, the same with ``_test``; optional ``n_units``, otherwise one more than the highest unit of any
    split.

    Either may have a third split, ``_validation``. There are as many classes as the highest training label plus one.
    """

    path: Path

    def locate(self, data: Path | None) -> str:
        """Return the path of the file, which is not looked for in other folders."""
        if not is_there(self.path.is_file):
            raise not_there(self.path, "a file", "write npz:PATH with the path of your npz file")
        return str(self.path)

    def load(self, data: Path | None, *, download: bool, progress: DownloadProgress | None) -> Dataset:
        """Return the samples of the file."""
        arrays = read_npz(Path(self.locate(data)), self._wanted)
        spikes, splits = "times_train" in arrays, _splits(arrays)
        build = self._spike_trains(arrays, splits) if spikes else _samples(arrays)
        parts = {split: build(split) for split in splits}
        labels = parts["train"].labels
        integers = labels.size and labels.dtype.kind in "ui"  # otherwise Dataset says what is wrong
        dataset = Dataset(
            name=f"npz:{self.path}",
            n_classes=max(int(labels.max()), 0) + 1 if integers else 1,
            source=str(self.path),
            train=parts["train"],
            test=parts["test"],
            validation=parts.get("validation"),
        )
        self._tell_of_gaps(dataset)
        return dataset

    def _tell_of_gaps(self, dataset: Dataset) -> None:
        """Warn of classes that no training sample has: each takes an output neuron."""
        there = np.unique(dataset.train.labels)
        missing = next((k for k, label in enumerate(there.tolist()) if k != label), None)
        if missing is not None:
            warnings.warn(
                f"{self.path}: labels go to {there[-1]}, which makes {dataset.n_classes} classes from 0 on, and the "
                f"train split has {there.size} of them: {missing} is missing. Number the classes from 0 without gaps, "
                "with classes = numpy.unique(training_labels) and numpy.searchsorted(classes, labels).",
                stacklevel=3,
            )

    def _wanted(self, names: Collection[str]) -> list[str]:
        """Return the fields that are needed of those there are."""
        if "times_train" in names and "x_train" in names:
            raise DatasetError(f"{self.path} has both x_train and times_train; keep one of the two. {_FIELDS_HELP}")
        wanted = [f"{field}_{split}" for split in _splits(names) for field in _fields(names)]
        missing = [name for name in wanted if name not in names]
        if missing:
            there = short(", ".join(sorted(names))) or "nothing"
            raise DatasetError(f"{self.path} lacks {', '.join(missing)}; it has {there}. {_FIELDS_HELP}")
        return [*wanted, "n_units"] if "times_train" in names and "n_units" in names else wanted

    def _spike_trains(self, arrays: Arrays, splits: list[str]) -> Callable[[str], SpikeTrains]:
        n_units = arrays.get("n_units")
        if n_units is None:
            units_of_splits = [arrays[f"units_{split}"] for split in splits]
            highest = [int(units.max()) for units in units_of_splits if units.size and units.dtype.kind in "ui"]
            n_units = np.asarray(max([0, *highest]) + 1)
        if n_units.size != 1:
            raise DatasetError(f"{self.path}: n_units must be one integer, not an array of shape {n_units.shape}.")

        def build(split: str) -> SpikeTrains:
            times, units, offsets, labels = (arrays[f"{field}_{split}"] for field in _SPIKE_FIELDS)
            try:
                return SpikeTrains(times, units, offsets, labels, n_units.item())
            except ValueError as error:
                raise DatasetError(f"{self.path}: the {split} split: {error} Correct the {split} arrays.") from None

        return build


def _fields(names: Collection[str]) -> tuple[str, ...]:
    return _SPIKE_FIELDS if "times_train" in names else _IMAGE_FIELDS


def _splits(names: Collection[str]) -> list[str]:
    third = any(f"{field}_validation" in names for field in _fields(names))
    return ["train", "test", *(["validation"] if third else [])]


def _samples(arrays: Arrays) -> Callable[[str], Samples]:
    return lambda split: Samples(arrays[f"x_{split}"], arrays[f"y_{split}"])
