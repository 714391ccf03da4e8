"""Recording: spikes at their exact times, v and synaptic currents sampled at a regular interval.

A sample is the value after everything that happened up to and including its time. The state is evaluated there, not
changed: recording changes no result.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import recording

from pynn_sfdfa.common.recording import SafeClearing, SpikesAsArrays
from pynn_sfdfa.event import simulator
from pynn_sfdfa.event.advance import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recorder"]

_TOLERANCE = 1e-6  # of a sampling interval: a multiple of the interval may differ that much from the time meant


class Recorder(SafeClearing, SpikesAsArrays, recording.Recorder):
    """What has been recorded from one population since t = 0 or the last ``get_data(clear=True)``."""

    _simulator = simulator

    def __init__(self, population: Any, file: Any = None) -> None:
        super().__init__(population, file)
        self._neurons: dict[tuple[str, ...], NDArray[np.int64]] = {}
        self.forget()

    def forget(self) -> None:
        """Drop all data of the running segment."""
        self._spikes: list[tuple[NDArray[np.float64], NDArray[np.int64]]] = []
        self._signals: dict[str, list[tuple[int, NDArray[np.int64], NDArray[np.float64]]]] = defaultdict(list)
        self._next = 0  # index of the next sample

    def _recorded_neurons(self, *names: str) -> NDArray[np.int64]:
        """Return the indices of the neurons of which any of the variables is recorded, in rising order."""
        if names not in self._neurons:
            recorded = [i for variable, ids in self.recorded.items() if variable.name in names for i in ids]
            self._neurons[names] = np.unique(np.array(recorded, np.int64) - int(self.population.first_id))
        return self._neurons[names]

    def _samples_since_start(self, time: float) -> float:
        return (time - float(self._recording_start_time)) / self.sampling_interval

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        self._neurons.clear()
        if variable.name == "spikes":
            return
        if sampling_interval is not None:
            if not sampling_interval > 0:
                raise ValueError(f"sampling_interval = {sampling_interval} ms is not valid; it must be > 0 ms.")
            self.sampling_interval = float(sampling_interval)
        if self._simulator.state.simulated_to >= 0:
            self._sample_present(variable.name, sorted(int(i) - int(self.population.first_id) for i in new_ids))

    def _sample_present(self, name: str, neurons: list[int]) -> None:
        """Take a sample of the present state if one is due now; later ones follow while the simulation runs."""
        position = self._samples_since_start(self._simulator.state.t)
        self._next = math.floor(position + _TOLERANCE) + 1
        if abs(position - round(position)) <= _TOLERANCE:
            values = self.population.present_state()[name][neurons]
            self._signals[name].append((round(position), np.array(neurons, np.int64), values[np.newaxis]))

    def samples_due(self, start: float, until: float, open_end: bool) -> Samples:
        """Return the samples from the next one up to ``until`` (ms), to be filled; times count from ``start``.

        With ``open_end`` a sample at ``until`` itself is left for the next stretch.
        """
        dynamics = self.population.dynamics
        neurons = self._recorded_neurons(*dynamics.signals)
        if not neurons.size:
            return Samples(np.empty(0), neurons, tuple(np.empty((0, 0)) for _ in dynamics.signals))
        position = self._samples_since_start(until)
        stop = math.ceil(position - _TOLERANCE) if open_end else math.floor(position + _TOLERANCE) + 1
        times = float(self._recording_start_time) + np.arange(self._next, stop) * self.sampling_interval - start
        shape = (times.size, neurons.size)
        return Samples(np.maximum(times, 0.0), neurons, tuple(np.empty(shape) for _ in dynamics.signals))

    def keep(self, samples: Samples) -> None:
        """Store samples that have been filled."""
        if samples.time.size:
            for name, values in zip(self.population.dynamics.signals, samples.signals, strict=True):
                if self._recorded_neurons(name).size:
                    self._signals[name].append((self._next, samples.neuron, values))
            self._next += samples.time.size

    def keep_spikes(self, times: NDArray[np.float64], neurons: NDArray[np.int64]) -> None:
        """Store the spikes of recorded neurons; times in ms since t = 0."""
        recorded = self._recorded_neurons("spikes")
        if recorded.size and times.size:
            chosen = recorded[np.minimum(np.searchsorted(recorded, neurons), recorded.size - 1)] == neurons
            self._spikes.append((times[chosen], neurons[chosen]))

    def all_spikes(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return times (ms) and neurons of the spikes of recorded neurons."""
        parts = [*self._spikes, (np.empty(0), np.empty(0, np.int64))]
        times, neurons = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return np.minimum(times, self._simulator.state.t), neurons  # start + time in trial may round up

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return samples (n_samples, n_ids); NaN before recording of a neuron began."""
        n_samples = math.floor(self._samples_since_start(self._simulator.state.t) + _TOLERANCE) + 1
        first = int(self.population.first_id)
        wanted = np.array([int(i) - first for i in ids], np.int64)
        signal = np.full((n_samples, wanted.size), np.nan)
        for start, neurons, values in self._signals[variable.name]:
            _, columns, source = np.intersect1d(wanted, neurons, assume_unique=True, return_indices=True)
            signal[start : start + len(values), columns] = values[:, source]
        return signal, None

    def _clear_simulator(self) -> None:
        self.forget()
        if self._simulator.state.simulated_to >= 0:
            for name in getattr(self.population.dynamics, "signals", ()):
                if self._recorded_neurons(name).size:
                    self._sample_present(name, self._recorded_neurons(name).tolist())

    def _reset(self) -> None:
        self._neurons.clear()
        self.recorded.clear()
        self.forget()
