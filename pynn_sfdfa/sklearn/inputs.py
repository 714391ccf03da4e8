"""Features of any range as spikes: scaled to 0..1 by what was seen first, then encoded."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding import Encoder, Latency, TimeCoded
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["encoded", "ranges", "resolved", "warn_of_clipped"]

_NAMED: dict[str, Encoder] = {
    "complement": TimeCoded(t_min=0.0, t_max=100.0),
    "time_coded": TimeCoded(t_min=0.0, t_max=100.0, bias_time=0.0),
    "latency": Latency(window=100.0, maximum=1.0),
}
"""What the names of encoders stand for; of ``complement`` x and 1 - x are given."""


_MOST_COLUMNS = 5  # told


def resolved(encoder: Any) -> tuple[Encoder, bool]:
    """Return the encoder that is meant, and whether it is also given the complement of each feature.

    Raises
    ------
    ValueError
        If there is none of that name, or it takes no values.
    """
    if isinstance(encoder, str) and encoder in _NAMED:
        return _NAMED[encoder], encoder == "complement"
    if isinstance(encoder, Encoder) and encoder.takes == "values":
        return encoder, False
    raise ValueError(
        f"encoder = {quoted(encoder)} is not valid; choose one of {', '.join(map(repr, _NAMED))}, or give an "
        "encoder of pynn_sfdfa.encoding that takes values, such as Latency(window=50.0)."
    )


def ranges(values: NDArray[np.float64], feature_range: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest value of each feature, of the samples or as they are given.

    Parameters
    ----------
    values : float64, shape (samples, features)
    feature_range : pair, or None
        Lowest and highest value, of all features or of each; None for those of the samples.

    Raises
    ------
    ValueError
        If it is none.
    """
    if feature_range is None:
        return values.min(axis=0), values.max(axis=0)
    try:
        low, high = (np.broadcast_to(np.asarray(bound, float), values.shape[1:]).copy() for bound in feature_range)
    except (TypeError, ValueError):
        low = high = np.zeros(0)
    if low.size and (low > high).any():
        raise ValueError(
            f"feature_range = {quoted(feature_range)} is not valid; the lower end comes first, (lowest, highest)."
        )
    if not low.size or not (np.isfinite(low) & np.isfinite(high) & (low < high)).all():
        raise ValueError(
            f"feature_range = {quoted(feature_range)} is not valid; give (lowest, highest), each a number or one "
            f"for each of the {values.shape[1]} features."
        )
    return low, high


def warn_of_clipped(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    """Warn of values outside a range that was given: how many, and in which columns.

    Parameters
    ----------
    values : float64, shape (samples, features)
    low, high : float64, shape (features,)
    """
    outside = ((values < low) | (values > high)).sum(axis=0)
    columns = np.argsort(-outside, kind="stable")[: np.count_nonzero(outside)]
    if not columns.size:
        return
    named = ", ".join(f"{outside[column]} in column {column}" for column in columns[:_MOST_COLUMNS])
    more = f", and {columns.size - _MOST_COLUMNS} columns more" if columns.size > _MOST_COLUMNS else ""
    warnings.warn(
        f"{outside.sum()} of {values.size} values lie outside feature_range and count as its ends: {named}{more}. Give "
        "the range that each feature has, (lowest, highest), or leave feature_range out.",
        stacklevel=4,
    )


def encoded(
    values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], encoder: Any, labels: ArrayLike
) -> SpikeTrains:
    """Return features as spikes; those outside the range count as its ends, and a feature of one value as 0.

    Parameters
    ----------
    values : float64, shape (samples, features)
    low, high : float64, shape (features,)
    encoder : str or Encoder
    labels : integer array, shape (samples,)
    """
    chosen, complement = resolved(encoder)
    inside = np.clip(values, low, high)  # first: what is far outside would overflow
    spread = high / 2 - low / 2  # halved: so would the difference of the largest numbers
    shares = np.clip((inside / 2 - low / 2) / np.where(spread > 0, spread, 1.0), 0.0, 1.0)
    if complement:
        shares = np.hstack([shares, 1.0 - shares])
    return chosen(shares * getattr(chosen, "maximum", 1.0), np.asarray(labels))
