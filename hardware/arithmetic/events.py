"""Spikes on their way: what arrives at a layer in each tick, for one trial or a batch of trials at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from pynn_sfdfa.hardware.arithmetic.formats import Integers

if TYPE_CHECKING:
    from pynn_sfdfa.spikes import SpikeTrains

__all__ = ["Arrivals", "input_arrivals", "sums"]

_BELOW = 1e-3
"""Share of a tick by which a time may lie before the tick that it belongs to; times come as float32."""


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Spikes that arrive at a layer in one tick: of which trial of the batch, from which neuron, with which grade."""

    trial: Integers
    unit: Integers
    grade: Integers | None = None


def input_arrivals(trains: SpikeTrains, timestep: float, ticks: int, delay: int) -> list[Arrivals]:
    """Return what arrives at the first layer in each tick, every sample being a trial of the batch.

    Parameters
    ----------
    timestep : float
        ms.
    ticks : int
        Ticks in a trial; what would arrive later is dropped.
    delay : int
        In ticks.

    Raises
    ------
    ValueError
        If two spikes of an input fall into one tick, or a spike after the trial.
    """
    tick = np.floor(trains.times.astype(np.float64) / timestep + _BELOW).astype(np.int64)
    trial = np.repeat(np.arange(len(trains)), np.diff(trains.offsets))
    unit = trains.units.astype(np.int64)
    if tick.size and tick.max() >= ticks:
        late = int(tick.argmax())
        raise ValueError(
            f"Sample {trial[late]} has a spike at {trains.times[late]:g} ms, but a trial has {ticks} ticks of "
            f"{timestep:g} ms. Choose a longer trial_duration."
        )
    order = np.lexsort((unit, trial, tick))
    tick, trial, unit = tick[order] + delay, trial[order], unit[order]
    double = np.flatnonzero((np.diff(tick) == 0) & (np.diff(trial) == 0) & (np.diff(unit) == 0))
    if double.size:
        raise ValueError(
            f"Input {unit[double[0]]} of sample {trial[double[0]]} has two spikes within one tick of {timestep:g} ms "
            "and can emit only one. Choose a smaller timestep, or encode with fewer spikes."
        )
    borders = np.searchsorted(tick, np.arange(ticks + 1))
    return [Arrivals(trial[a:b], unit[a:b]) for a, b in zip(borders[:-1], borders[1:], strict=True)]


def sums(arrivals: Arrivals, u: Integers, trials: int) -> tuple[Integers, Integers]:
    """Return the sums of the arriving weights ``u``, and of weights times grades, each of shape (trials, neurons)."""
    n_pre, n_post = u.shape
    graded = np.zeros((trials, n_post), np.int64)
    if not arrivals.unit.size:
        return graded, graded
    if trials == 1:
        rows = u[arrivals.unit]
        if arrivals.grade is not None:
            graded = (arrivals.grade @ rows)[np.newaxis]
        return rows.sum(axis=0)[np.newaxis], graded
    place, shape = (arrivals.trial, arrivals.unit), (trials, n_pre)
    total = csr_array((np.ones_like(arrivals.unit), place), shape) @ u
    if arrivals.grade is not None:
        graded = csr_array((arrivals.grade, place), shape) @ u
    return total, graded
