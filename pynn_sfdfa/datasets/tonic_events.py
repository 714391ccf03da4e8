"""Data sets of the library tonic, as recordings that encoders of events take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.event_files import looked_through, whole_numbers
from pynn_sfdfa.encoding.events import EventRecordings, Events
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TonicEvents"]

_FIELDS = ("x", "y", "t", "p")


class TonicEvents(EventRecordings):
    """Recordings of a data set of tonic, such as ``tonic.datasets.NMNIST("data", train=True)``.

    Each is asked for when it is needed, and all once at the beginning, to be looked through. Times are those of the
    data set, in us; those that count from elsewhere than the beginning of a recording need a transform of tonic.

    Parameters
    ----------
    dataset : sequence of (events, label)
        With ``sensor_size``, which is width, height and polarities in tonic. Events are structured arrays with the
        fields x, y, t and p, and labels whole numbers: a ``target_transform`` makes numbers of names.

    Attributes
    ----------
    dataset : as given
    labels : int64, shape (n,)

    Raises
    ------
    DatasetError
        If it is no such data set, or a recording is damaged; the message names the recording.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        size = getattr(dataset, "sensor_size", None)
        if size is None or len(size) < 2:
            raise DatasetError(
                f"{short(repr(type(dataset).__name__))} has no sensor_size of width and height, as data sets of events "
                "have in tonic. Give one of tonic.datasets."
            )
        labels: list[int] = []
        self._shape, self._content = looked_through(self._all(labels), (int(size[1]), int(size[0])))
        self.labels = np.array(labels, np.int64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width of the sensor in pixels."""
        return self._shape

    def fingerprint(self) -> str:
        """Return the SHA-256 of the events, and the sensor."""
        return f"{self._content} {self._shape}"

    def recording(self, index: int) -> Events:
        """Return one recording, as the data set gives it now."""
        return self._read(index)[0]

    def _all(self, labels: list[int]) -> Iterator[tuple[str, Events]]:
        """Yield every recording with its name, and put down its label."""
        for index in range(len(self.dataset)):
            events, label = self._read(index)
            labels.append(label)
            yield self._name(index), events

    def _read(self, index: int) -> tuple[Events, int]:
        array, label = self.dataset[index]
        missing = [field for field in _FIELDS if field not in (getattr(array, "dtype", np.dtype(int)).names or ())]
        if missing:
            raise DatasetError(
                f"{self._name(index)} lacks the fields {', '.join(missing)}; events are a structured array with x, y, "
                "t and p. Leave out transforms that make frames or tensors of them."
            )
        if isinstance(label, bool) or not isinstance(label, int | np.integer):
            raise DatasetError(
                f"{self._name(index)} has the label {short(repr(label))}; labels are whole numbers. Give the data set "
                "a target_transform that numbers the classes from 0."
            )
        return whole_numbers(self._name(index), {field: array[field] for field in _FIELDS}), int(label)

    def _name(self, index: int) -> str:
        return f"{type(self.dataset).__name__}, recording {index}"
