"""The structures of hardware/c/include/sfdfa.h as numpy types: the same fields at the same offsets on every target."""

from __future__ import annotations

import numpy as np

__all__ = ["CONSTANTS", "NEURON", "REPLAY", "SPIKE", "TALLY"]

_VARIABLES = 8

TALLY = np.dtype([("saturated", "<u4", _VARIABLES), ("vanished", "<u4", _VARIABLES)])

CONSTANTS = np.dtype([(name, "<i4") for name in ("loss_syn", "loss_m", "threshold", "reach", "exact", "max_spikes")])

NEURON = np.dtype([(name, "<i4") for name in ("A", "B", "D", "directional", "count", "perturbation")])

SPIKE = np.dtype([("tick", "<u2"), ("neuron", "<u2"), ("factor", "<i4")])

REPLAY = np.dtype([(name, "<i4") for name in ("S1", "S2", "delta")])
