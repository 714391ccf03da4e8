"""Spikes by tick: those that arrive at a layer, and those that leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pynn_sfdfa.hardware.arithmetic.formats import Integers
from pynn_sfdfa.support.jit import jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Events", "arrivals", "input_events"]

_BELOW = 1e-3
"""Share of a tick by which a time may lie before the tick that it belongs to; times come as float32."""


class Events(NamedTuple):
    """Spikes of one trial in the order of their ticks.

    Attributes
    ----------
    unit, grade : Integers, shape (at least as many as there are spikes,)
        The neuron that fired, and the grade of its spike.
    factor : Integers, of the same shape
        c/drive of its spike; 0 for inputs, and where nothing is learned.
    offsets : Integers, shape (ticks + 1,)
        Those of tick k are ``offsets[k]`` to before ``offsets[k + 1]``.
    """

    unit: Integers
    grade: Integers
    factor: Integers
    offsets: Integers


def input_events(
    times: NDArray[np.float32], units: NDArray[np.int32], timestep: float, ticks: int, sample: int
) -> Events:
    """Return the spikes of a sample, in the tick in which each falls.

    Parameters
    ----------
    times : float32
        ms from the beginning of the trial.
    sample : int
        Its number, for messages.

    Raises
    ------
    ValueError
        If two spikes of an input fall into one tick, or a spike after the trial.
    """
    tick = np.floor(times.astype(np.float64) / timestep + _BELOW).astype(np.int64)
    if tick.size and tick.max() >= ticks:
        raise ValueError(
            f"Sample {sample} has a spike at {times.max():g} ms, but a trial has {ticks} ticks of {timestep:g} ms. "
            "Choose a longer trial_duration."
        )
    order = np.lexsort((units, tick))
    tick, unit = tick[order], units[order].astype(np.int64)
    double = np.flatnonzero((np.diff(tick) == 0) & (np.diff(unit) == 0))
    if double.size:
        raise ValueError(
            f"Input {unit[double[0]]} of sample {sample} has two spikes within one tick of {timestep:g} ms, and can "
            "emit only one. Choose a smaller timestep, or encode with fewer spikes."
        )
    none = np.zeros_like(unit)
    return Events(unit, none, none, np.searchsorted(tick, np.arange(ticks + 1)).astype(np.int64))


@jit
def arrivals(spikes: Events, delay: int) -> Events:
    """Return the same spikes in the ticks that take them up, ``delay`` later; those after the trial are dropped."""
    offsets = np.zeros_like(spikes.offsets)
    for tick in range(offsets.size):
        offsets[tick] = spikes.offsets[max(tick - delay, 0)]
    return Events(spikes.unit, spikes.grade, spikes.factor, offsets)
