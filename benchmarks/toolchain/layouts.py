"""The structures of hardware/c/include as numpy types: the same fields at the same offsets on every target."""

from __future__ import annotations

import numpy as np

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
