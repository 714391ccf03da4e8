"""What encoders share: checked values on the way in, spike trains joined from pieces on the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.spikes import SpikeTrains

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["SHAPES", "arguments", "checked", "joined", "one_spike_per_unit", "reshaping", "rounded"]

SHAPES = "(samples, features), (samples, height, width) or (samples, channels, height, width)"
"""Of arrays of values."""

_CHANNELS = (1, 3, 4)  # of an image as libraries read it: grey, colours, and how opaque they are

_TO_RANGE = ", alike in all splits: {:g} * (x - low) / (high - low), with the range low..high that x can have."

_BLOCK = 1000  # samples encoded at a time, so that working memory does not grow with the data set


def arguments(values: str, shape: str) -> str:
    """Return what ``help()`` says of the arguments of a function that makes an encoder and calls it at once."""
    return f"""Parameters
----------
{values} : array, shape {shape}
labels : integer array, shape (n,)
**settings
    Those of the class.

Raises
------
ValueError
    If a setting, a value or a label is not valid; the message says which."""


def one_spike_per_unit(
    values: NDArray[Any],
    labels: NDArray[Any],
    spike_times: Callable[[NDArray[Any]], NDArray[np.float64]],
    n_units: int,
    resolution: float | None,
) -> SpikeTrains:
    """Build spike trains from the time of each unit's only spike, infinite where the unit is silent."""
    times, units, counts = [np.empty(0, np.float32)], [np.empty(0, np.int32)], [0]
    for block in _blocks(values):
        # Computed in float64 and rounded once: equal values give bit-equal times, which engines treat as one event.
        exact = spike_times(block)
        if resolution is not None:
            exact = np.rint(exact / resolution) * resolution
        time = exact.astype(np.float32)
        order = np.argsort(time, axis=1, kind="stable")  # stable: simultaneous spikes in order of unit
        time = np.take_along_axis(time, order, axis=1)
        fires = np.isfinite(time)
        times.append(time[fires])
        units.append(order[fires].astype(np.int32))
        counts.extend(fires.sum(axis=1).tolist())
    return joined(times, units, counts, labels, n_units)


def rounded(time: float, resolution: float | None) -> float:
    """Return a time (ms) as it is in spike trains."""
    return float(np.float32(time if resolution is None else np.rint(time / resolution) * resolution))


def _blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(values), _BLOCK):
        yield values[start : start + _BLOCK]


def joined(
    times: list[NDArray[np.float32]],
    units: list[NDArray[np.int32]],
    counts: list[int],
    labels: NDArray[Any],
    n_units: int,
) -> SpikeTrains:
    """Build spike trains from pieces, emptying the lists so that no two copies of everything are alive at once."""
    all_times = np.concatenate(times)
    times.clear()
    all_units = np.concatenate(units)
    units.clear()
    return SpikeTrains(all_times, all_units, np.cumsum(counts, dtype=np.int64), labels, n_units)


def reshaping(shape: Sequence[int]) -> str:
    """Return what to do with values of a shape that samples cannot have, or nothing if they can."""
    if len(shape) not in (2, 3, 4):
        return "Reshape them."
    if len(shape) == 4 and shape[3] in _CHANNELS and min(shape[1:3]) > shape[3]:
        return "Channels come before height and width: np.moveaxis(x, -1, 1)."
    return ""


def checked(values: ArrayLike, labels: ArrayLike, maximum: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return values as (n, units) and labels, or name the first sample that cannot be encoded."""
    values, labels = np.asarray(values), np.asarray(labels)
    remedy = reshaping(values.shape)
    if remedy or values.dtype.kind not in "buif":
        raise ValueError(
            f"values to encode must be numbers of shape {SHAPES}, not {values.dtype} of shape {values.shape}. "
            f"{remedy or 'Convert them.'}"
        )
    if labels.shape != values.shape[:1]:
        raise ValueError(f"labels must have the shape ({len(values)},), one a sample, not {labels.shape}.")
    flat = values.reshape(len(values), int(np.prod(values.shape[1:])))
    for number, block in enumerate(_blocks(flat)):
        wrong = ~((block >= 0) & (block <= maximum))  # also true for NaN
        if wrong.any():
            row, unit = (int(index) for index in np.argwhere(wrong)[0])
            raise ValueError(
                f"values to encode must lie in 0..{maximum:g}; sample {number * _BLOCK + row}, unit {unit} is "
                f"{block[row, unit]}. Rescale the data"
                + (" or set the encoder's maximum." if block[row, unit] > maximum else _TO_RANGE.format(maximum))
            )
    return flat, labels
