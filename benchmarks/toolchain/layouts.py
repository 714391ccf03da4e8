"""The structures of hardware/c/include as numpy types: the same fields at the same offsets on every target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CONSTANTS",
    "FLOAT_CONSTANTS",
    "FLOAT_LEARNING",
    "FLOAT_NEURON",
    "FLOAT_REPLAY",
    "FLOAT_SPIKE",
    "NEURON",
    "REPLAY",
    "SPIKE",
    "TALLY",
    "narrow",
    "structures",
]

_VARIABLES = 8

TALLY = np.dtype([("saturated", "<u4", _VARIABLES), ("vanished", "<u4", _VARIABLES)])

CONSTANTS = np.dtype([(name, "<i4") for name in ("loss_syn", "loss_m", "threshold", "reach", "exact", "max_spikes")])

NEURON = np.dtype([(name, "<i4") for name in ("A", "B", "D", "directional", "count", "perturbation")])

SPIKE = np.dtype([("tick", "<u2"), ("neuron", "<u2"), ("factor", "<i4")])

REPLAY = np.dtype([(name, "<i4") for name in ("S1", "S2", "delta")])

_FLOATS = ("keep_syn", "keep_m", "threshold", "reach")

FLOAT_CONSTANTS = np.dtype([*((name, "<f4") for name in _FLOATS), ("exact", "<i4"), ("max_spikes", "<i4")])

FLOAT_LEARNING = np.dtype([(name, "<f4") for name in ("gain", "timed_gain", "rho", "r_target", "rate")])

FLOAT_NEURON = np.dtype([(name, "<i4" if name == "count" else "<f4") for name in NEURON.names])

FLOAT_SPIKE = np.dtype([("tick", "<u2"), ("neuron", "<u2"), ("factor", "<f4")])

FLOAT_REPLAY = np.dtype([(name, "<f4") for name in REPLAY.names])


def structures(kind: np.dtype[Any], columns: Mapping[str, Any]) -> NDArray[Any]:
    """Return an array of a structured type; ``columns`` holds arrays by the names of its fields."""
    out = np.zeros(len(next(iter(columns.values()))), kind)
    for name, values in columns.items():
        out[name] = values
    return out


def narrow(values: ArrayLike) -> NDArray[np.int32]:
    """Return int64 values as int32; they must fit."""
    out = np.asarray(values).astype(np.int32)
    assert np.array_equal(out, values)
    return out
