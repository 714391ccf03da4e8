"""Encoders: pure functions from images or features to ragged spike trains.

Every encoder takes ``(values, labels)`` first, values of shape (n, units) or (n, height, width), and its own parameters
by keyword. Pixel (row, column) of an image becomes input unit ``row * width + column``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.spikes import SpikeTrains

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["ENCODERS", "latency", "poisson", "time_coded"]

_MOST_SPIKES = 10**9  # of a sample; they are 8 GB

_TO_RANGE = ", alike in all splits: {:g} * (x - low) / (high - low), with the range low..high that x can have."

_BLOCK = 1000  # samples encoded at a time, so that working memory does not grow with the data set


def latency(
    images: ArrayLike,
    labels: ArrayLike,
    *,
    window: float = 100.0,
    maximum: float = 255.0,
    resolution: float | None = None,
) -> SpikeTrains:
    """Encode each non-zero pixel x as one spike at ``window * (1 - x / maximum)`` ms; zero pixels stay silent.

    Parameters
    ----------
    images : array, shape (n, height, width) or (n, pixels)
        Pixel values in 0..maximum.
    labels : integer array, shape (n,)
    window : float
        ms; a pixel of ``maximum`` spikes at 0, the faintest just before ``window``.
    maximum : float
        The brightest value a pixel can have (255 for bytes, 16 for scikit-learn's digits).
    resolution : float, optional
        ms; round the times to its multiples, as hardware with a fixed time step needs.

    Returns
    -------
    SpikeTrains
        Sorted by time, then unit, within a sample. Equal pixels have exactly equal times.

    Raises
    ------
    ValueError
        If a value is not finite or outside 0..maximum (the message names sample, unit and value),
        or a parameter is bad.
    """
    _positive("window", window)
    _positive("maximum", maximum)
    values, classes = _checked(images, labels, maximum)

    def spike_times(block: NDArray[Any]) -> NDArray[np.float64]:
        times = window * (1.0 - block / maximum)
        times[block == 0] = np.inf
        return times

    return _one_spike_per_unit(values, classes, spike_times, values.shape[1], resolution)


def time_coded(
    features: ArrayLike,
    labels: ArrayLike,
    *,
    t_min: float,
    t_max: float,
    bias_time: float | Sequence[float] | None = None,
    resolution: float | None = None,
) -> SpikeTrains:
    """Encode each feature x in [0, 1] as one spike at ``t_min + x * (t_max - t_min)`` ms, zero included.

    Parameters
    ----------
    features : array, shape (n, features) or (n, height, width)
    labels : integer array, shape (n,)
    t_min, t_max : float
        ms; 0 <= t_min < t_max.
    bias_time : float or sequence of float, optional
        ms; each adds one unit, after those of the features, that spikes at this time in every sample.
    resolution : float, optional
        ms; round the times to its multiples.

    Returns
    -------
    SpikeTrains
        Sorted by time, then unit, within a sample.

    Raises
    ------
    ValueError
        If a value is not finite or outside 0..1 (the message names sample, unit and value),
        or a parameter is bad.
    """
    if not (np.isfinite([t_min, t_max]).all() and 0 <= t_min < t_max):
        raise ValueError(f"t_min and t_max must be times in ms with 0 <= t_min < t_max, not {t_min} and {t_max}.")
    bias = np.atleast_1d(np.asarray([] if bias_time is None else bias_time, dtype=np.float64))
    if bias.ndim != 1 or not (np.isfinite(bias) & (bias >= 0)).all():
        raise ValueError(f"bias_time must be one time or a list of times >= 0 ms, not {bias_time}.")
    values, classes = _checked(features, labels, 1.0)

    def spike_times(block: NDArray[Any]) -> NDArray[np.float64]:
        times = np.empty((len(block), block.shape[1] + bias.size))
        times[:, : block.shape[1]] = t_min + block * (t_max - t_min)
        times[:, block.shape[1] :] = bias
        return times

    return _one_spike_per_unit(values, classes, spike_times, values.shape[1] + bias.size, resolution)


def poisson(
    images: ArrayLike,
    labels: ArrayLike,
    *,
    rate_max: float,
    duration: float,
    maximum: float = 255.0,
    seed: int = 0,
) -> SpikeTrains:
    """Encode each pixel x as a Poisson spike train of rate ``rate_max * x / maximum``.

    The spikes of sample k depend on ``seed``, k and its own pixels alone.

    Parameters
    ----------
    images : array, shape (n, height, width) or (n, pixels)
        Pixel values in 0..maximum.
    labels : integer array, shape (n,)
    rate_max : float
        Hz, the rate of a pixel of ``maximum``.
    duration : float
        ms; spikes fall in [0, duration).
    maximum : float
        The brightest value a pixel can have.
    seed : int
        0..2**32 - 1.

    Returns
    -------
    SpikeTrains
        Sorted by time, then unit, within a sample.

    Raises
    ------
    ValueError
        If a value is not finite or outside 0..maximum (the message names sample, unit and value),
        a parameter is bad, or a sample would have more than 10**9 spikes.
    """
    _positive("rate_max", rate_max)
    _positive("duration", duration)
    _positive("maximum", maximum)
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie in 0..{2**32 - 1}, not {seed}.")
    values, classes = _checked(images, labels, maximum)
    last = np.nextafter(np.float32(duration), np.float32(0))  # rounding to float32 must not reach the end
    times, units, counts = [np.empty(0, np.float32)], [np.empty(0, np.int32)], [0]
    for index, pixels in enumerate(values):
        expected = pixels * (rate_max * duration / 1000.0 / maximum)
        if not expected.sum() <= _MOST_SPIKES:
            raise ValueError(
                f"sample {index} would have about {expected.sum():.3g} spikes, more than the {_MOST_SPIKES:,} that one "
                f"can have. Lower rate_max = {rate_max:g} Hz or duration = {duration:g} ms."
            )
        random = np.random.RandomState([seed, index])  # numpy keeps this stream frozen
        n_spikes = random.poisson(expected)
        unit = np.repeat(np.arange(pixels.size, dtype=np.int32), n_spikes)
        time = np.minimum((random.random_sample(unit.size) * duration).astype(np.float32), last)
        order = np.argsort(time, kind="stable")  # stable: simultaneous spikes in order of unit
        times.append(time[order])
        units.append(unit[order])
        counts.append(unit.size)
    return _joined(times, units, counts, classes, values.shape[1])


ENCODERS: dict[str, Callable[..., SpikeTrains]] = {"latency": latency, "time_coded": time_coded, "poisson": poisson}
"""The encoders by the name a configuration uses."""


def _one_spike_per_unit(
    values: NDArray[Any],
    labels: NDArray[Any],
    spike_times: Callable[[NDArray[Any]], NDArray[np.float64]],
    n_units: int,
    resolution: float | None,
) -> SpikeTrains:
    """Build spike trains from the time of each unit's only spike, infinite where the unit is silent."""
    if resolution is not None:
        _positive("resolution", resolution)
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
    return _joined(times, units, counts, labels, n_units)


def _blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(values), _BLOCK):
        yield values[start : start + _BLOCK]


def _joined(
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


def _positive(name: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number > 0, not {value}.")


def _checked(values: ArrayLike, labels: ArrayLike, maximum: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return values as (n, units) and labels, or name the first sample that cannot be encoded."""
    values, labels = np.asarray(values), np.asarray(labels)
    if values.ndim not in (2, 3) or values.dtype.kind not in "buif":
        raise ValueError(
            "values to encode must be numbers of shape (samples, units) or (samples, height, width), "
            f"not {values.dtype} of shape {values.shape}."
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
