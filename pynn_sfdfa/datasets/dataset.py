"""What a data set is, and when it is sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.labels import remedy
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.encoding.spikes import SpikeTrains
from pynn_sfdfa.encoding.values import SHAPES, reshaping
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Dataset", "DatasetError", "Samples", "not_finite"]


class DatasetError(ValueError):
    """A data set cannot be found, read or trusted; the message names the file, what was expected and the remedy."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Images or features that an encoder will turn into spikes.

    Attributes
    ----------
    values : array, shape (n, features), (n, height, width) or (n, channels, height, width)
    labels : integer array, shape (n,)
        Class of each sample.
    """

    values: NDArray[Any]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training, test and perhaps validation samples: all as values or recordings to encode, or all as spike trains.

    Attributes
    ----------
    name : str
        The name it was loaded by.
    train, test : Samples, Recordings or SpikeTrains
    n_classes : int
        Labels lie in ``range(n_classes)``.
    source : str
        Where it was found, as shown to the user; error messages begin with it.
    validation : as these, optional
        A split that the data set itself sets aside; see ``pynn_sfdfa.encoding.spikes.split`` for the others.
    classes : tuple of str, optional
        What the classes are called, where something else than their numbers: those of folders, for one.
    sensor : tuple of int, optional
        Height and width in pixels of the camera of recordings that do not say so themselves, as found or given.

    Raises
    ------
    DatasetError
        If a split is empty, differs in shape from the training split, or has values that are not finite numbers or
        labels that are not integers in ``range(n_classes)``; the message names source, split and sample.
    """

    name: str
    train: Samples | Recordings | SpikeTrains
    test: Samples | Recordings | SpikeTrains
    n_classes: int
    source: str
    validation: Samples | Recordings | SpikeTrains | None = None
    classes: tuple[str, ...] | None = None
    sensor: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for split, part in self._parts():
            where = f"{self.source}: the {split} split"
            _check_labels(part.labels, self.n_classes, where)
            if isinstance(part, Samples):
                _check_values(part, where)
            if _shape(part) != _shape(self.train):
                raise DatasetError(
                    f"{where} has {_described(part)}, the train split {_described(self.train)}; both must be alike."
                )

    def _parts(self) -> Iterator[tuple[str, Samples | Recordings | SpikeTrains]]:
        yield "train", self.train
        yield "test", self.test
        if self.validation is not None:
            yield "validation", self.validation

    @property
    def encoded(self) -> bool:
        """Whether the splits are spike trains already and need no encoder."""
        return isinstance(self.train, SpikeTrains)

    @property
    def n_inputs(self) -> int:
        """Number of values, or of input units, of a sample; of recordings, of what their sensor's pixels are."""
        return int(np.prod(_shape(self.train)[1:]))

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Height and width of a sample, or None where samples are not images of one channel."""
        shape = _shape(self.train)
        return (shape[1], shape[2]) if isinstance(self.train, Samples) and len(shape) == 3 else None


def _shape(part: Samples | Recordings | SpikeTrains) -> tuple[Any, ...]:
    if isinstance(part, SpikeTrains):
        return "spikes", part.n_units
    if isinstance(part, Recordings):
        return f"recordings of {part.kind}", *part.shape
    return "values", *part.values.shape[1:]


def _described(part: Samples | Recordings | SpikeTrains) -> str:
    kind, *shape = _shape(part)
    return f"{kind} of {' x '.join(str(size) for size in shape)} a sample" if shape else str(kind)


def _check_values(part: Samples, where: str) -> None:
    values = part.values
    if values.dtype.kind not in "uif":
        raise DatasetError(f"{where} must hold integers or floats, not {values.dtype}. Convert it, e.g. to uint8.")
    remedy = reshaping(values.shape) or ("Give each sample values." if 0 in values.shape[1:] else "")
    if remedy:
        raise DatasetError(f"{where} must have the shape {SHAPES}, not {values.shape}. {remedy}")
    if len(values) != len(part.labels):
        raise DatasetError(f"{where} has {len(values)} samples but {len(part.labels)} labels; each sample needs one.")
    found = not_finite(values)
    if found is not None:
        raise DatasetError(f"{where} must be finite; {found}. Repair or remove such samples.")


def not_finite(values: NDArray[Any]) -> str | None:
    """Return which sample has a value that is no finite number, and in a table which columns have; None if none has.

    Parameters
    ----------
    values : array, shape (samples, ...)
    """
    wrong = np.argwhere(~np.isfinite(values)) if values.dtype.kind == "f" else np.empty((0, values.ndim), np.int64)
    if not len(wrong):
        return None
    first = f"sample {wrong[0][0]} has {values[tuple(wrong[0])]}"
    if values.ndim != 2:
        return first
    columns, counts = np.unique(wrong[:, 1], return_counts=True)
    named = ", ".join(
        f"{column} ({count} sample{'s' if count > 1 else ''})" for column, count in zip(columns, counts, strict=True)
    )
    return f"{first} in column {wrong[0][1]}; columns with such values: {short(named)}"


def _check_labels(labels: NDArray[Any], n_classes: int, where: str) -> None:
    if labels.ndim != 1 or labels.dtype.kind not in "ui":
        raise DatasetError(
            f"{where} must have a list of integer labels, not {labels.dtype} of shape {labels.shape}. {remedy(labels)}"
        )
    if not labels.size:
        raise DatasetError(f"{where} has no samples.")
    wrong = np.flatnonzero((labels < 0) | (labels >= n_classes))
    if wrong.size:
        raise DatasetError(
            f"{where} must have labels in 0..{n_classes - 1}; sample {wrong[0]} has {labels[wrong[0]]}. "
            "Number the classes from 0 and have each in the train split."
        )
