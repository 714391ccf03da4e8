"""A training in C, all trials in one call (epoch.c), of a network that the specification trains too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracles.spike_events import input_events
from toolchain import layouts
from toolchain.layouts import narrow, structures

from pynn_sfdfa.hardware.arithmetic.feedback import RATE_FRACTION
from pynn_sfdfa.hardware.arithmetic.formats import to_fixed
from pynn_sfdfa.hardware.arithmetic.replay import gain

MOST_LAYERS = 4
SETUP = np.dtype(
    [(name, "<i4") for name in ("layers", "ticks", "delay", "trials", "rho", "r_target", "rate")]
    + [("seed", "<u4"), ("sizes", "<i4", MOST_LAYERS + 1), ("gains", "<i4", MOST_LAYERS)]
    + [("timed", "<i4"), ("timed_gains", "<i4", MOST_LAYERS), ("first", "<u4")]
)

EPOCH = Path(__file__).parent / "epoch.c"
"""To be built with the kernels."""


def setup(fixed, trials, parameters, first):
    out = np.zeros(1, SETUP)
    out["layers"], out["ticks"], out["delay"] = len(fixed.layers), fixed.ticks, fixed.delay
    out["trials"], out["seed"], out["first"] = trials, fixed.seed, first
    out["rho"], out["r_target"] = to_fixed([parameters.rho, parameters.r_target], fixed.formats.error)
    out["rate"] = to_fixed(parameters.feedback_learning_rate, RATE_FRACTION)
    out["sizes"][0, : len(fixed.sizes)] = fixed.sizes
    out["gains"][0, : len(fixed.layers)] = [
        gain(parameters.learning_rate, layer.cell.tau_m, layer.cell.threshold_current, fixed.formats)
        for layer in fixed.layers
    ]
    out["timed"] = parameters.timed
    hidden = range(len(fixed.layers) - 1)
    out["timed_gains"][0, : len(hidden)] = [fixed._timed_gain(k, parameters) for k in hidden]
    return out


def inputs(fixed, trains):
    """Return the input spikes of all samples, and where those of each begin."""
    spikes, offsets = [], [0]
    for k in range(len(trains)):
        events = input_events(*trains.sample(k), fixed.timestep, fixed.ticks, k)
        tick = np.repeat(np.arange(fixed.ticks), np.diff(events.offsets))
        spikes.append(structures(layouts.SPIKE, {"tick": tick, "neuron": events.unit}))
        offsets.append(offsets[-1] + tick.size)
    return np.concatenate(spikes), np.array(offsets, np.uint32)


def flat(arrays, dtype):
    values = np.concatenate([np.empty(0, np.int64), *(array.ravel() for array in arrays)])
    out = values.astype(dtype)
    assert np.array_equal(out, values)
    return out


def split(values, like):
    starts = np.cumsum([0, *(array.size for array in like)])
    return [
        values[start:stop].reshape(array.shape)
        for start, stop, array in zip(starts[:-1], starts[1:], like, strict=True)
    ]


def train_in_c(called, fixed, trains, targets, parameters, first=0):
    """Train on all samples, ``first`` trials after the beginning.

    Return weights, feedback, counts (trials, all neurons) and what was counted (2, variables). ``fixed``, a
    FixedPointNetwork, is not changed.
    """
    weights = flat(fixed.weights, f"<i{fixed.formats.weight_bits // 8}")
    feedback, tally = flat(fixed.feedback, np.int32), np.zeros(1, layouts.TALLY)
    constants = structures(
        layouts.CONSTANTS,
        {name: [getattr(each, name) for each in fixed.constants] for name in layouts.CONSTANTS.names},
    )
    counts = np.zeros((len(trains), sum(fixed.sizes[1:])), np.int32)
    memory = np.zeros(sum(fixed.sizes[1:]) * (200 + 12 * fixed.ticks) // 8, np.int64)
    spikes, offsets = inputs(fixed, trains)
    called.call(
        "train",
        setup(fixed, len(trains), parameters, first),
        constants,
        weights,
        feedback,
        spikes,
        offsets,
        narrow(to_fixed(targets, fixed.formats.error)),
        counts,
        memory,
        tally,
    )
    counted = np.stack([tally["saturated"][0], tally["vanished"][0]])
    return split(weights, fixed.weights), split(feedback, fixed.feedback), counts, counted
