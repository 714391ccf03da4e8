"""Spike sources: when the neurons of SpikeSourceArray and SpikeSourcePoisson populations spike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.poisson import check_poisson
from pynn_sfdfa.common.spike_times import check_spike_trains
from pynn_sfdfa.support import memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Emitted = tuple[NDArray[np.float64], NDArray[np.int64]]

__all__ = ["ArraySource", "PoissonSource"]

_BYTES = 100
"""Of memory that a spike takes while it is drawn and sorted."""
_MANY = 10_000_000
"""Spikes; fewer are drawn without a look at the memory, which takes as long as drawing some."""


class ArraySource:
    """Spikes at given times, in ms.

    Parameters
    ----------
    parameters : mapping
        ``spike_times``: one Sequence per neuron, in order of time.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a time is negative or not finite, or earlier than the one before.
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        trains = check_spike_trains(parameters["spike_times"])
        times = np.concatenate(trains)
        neurons = np.repeat(np.arange(len(trains)), [train.size for train in trains])
        order = np.lexsort((neurons, times))
        self._times, self._neurons = times[order], neurons[order]

    def emit(self, after: float, until: float) -> Emitted:
        """Return times and neurons of the spikes in (after, until], in order of time."""
        start, stop = np.searchsorted(self._times, [after, until], side="right")
        return self._times[start:stop], self._neurons[start:stop]


class PoissonSource:
    """Poisson spike trains, each drawn from a generator of its own.

    Parameters
    ----------
    parameters : mapping
        ``rate`` in Hz, ``start`` and ``duration`` in ms, each of shape (n,).
    generators : list of numpy.random.Generator
        One per neuron.
    now : float
        ms; all spikes come later. The process has no memory, so with changed rates it simply starts again from here.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a rate or duration is negative or a parameter is not a number.
    """

    def __init__(
        self, parameters: Mapping[str, Any], generators: list[np.random.Generator], now: float = -math.inf
    ) -> None:
        check_poisson(parameters)
        rate, start, duration = (np.asarray(parameters[name], float) for name in ("rate", "start", "duration"))
        self.generators = generators
        with np.errstate(divide="ignore"):
            self._interval = 1000.0 / rate
        self._start, self._stop = start, start + duration
        self._next = np.maximum(start, now)
        for neuron in range(rate.size):
            self._next[neuron] = self._following(neuron)

    def _following(self, neuron: int) -> float:
        if not math.isfinite(self._interval[neuron]):
            return math.inf
        time = self._next[neuron] + self._interval[neuron] * self.generators[neuron].exponential()
        return float(time) if time < self._stop[neuron] else math.inf

    def emit(self, after: float, until: float) -> Emitted:
        """Return times and neurons of the spikes in (after, until], in order of time; stretches must follow on.

        Raises
        ------
        ValueError
            If so many are to be expected that the memory cannot hold them, or that their times could not be told apart.
        """
        self._check_resolution(until)
        self._check_memory(after, until)
        times, neurons = [], []
        for neuron in np.flatnonzero(self._next <= until).tolist():
            while self._next[neuron] <= until:
                if self._next[neuron] > after:
                    times.append(self._next[neuron])
                    neurons.append(neuron)
                self._next[neuron] = self._following(neuron)
        order = np.lexsort((neurons, times))
        return np.array(times, float)[order], np.array(neurons, np.int64)[order]

    def _check_resolution(self, until: float) -> None:
        """Time would not go on from spike to spike."""
        close = np.flatnonzero(self._interval <= np.spacing(until))
        if close.size:
            raise ValueError(
                f"SpikeSourcePoisson fires too often: at {1000.0 / self._interval[close[0]]:g} Hz, the rate of neuron "
                f"{close[0]}, times of spikes near {until:g} ms cannot be told apart; lower it."
            )

    def _check_memory(self, after: float, until: float) -> None:
        length = np.maximum(0.0, np.minimum(self._stop, until) - np.maximum(self._start, after))
        expected = float(np.sum(length / self._interval))
        if expected < _MANY:
            return
        busiest = int(np.argmin(self._interval))
        what = f"some {expected:.3g} spikes in {until - max(after, 0.0):g} ms"
        rate = f"{1000.0 / self._interval[busiest]:g} Hz for neuron {busiest}"
        remedy = f"lower rate, which is {rate}, or run for a shorter time"
        reason = memory.shortage([memory.Need(what, round(_BYTES * expected), remedy)], memory.limit())
        if reason is not None:
            raise ValueError(f"SpikeSourcePoisson fires too often: {reason}")
