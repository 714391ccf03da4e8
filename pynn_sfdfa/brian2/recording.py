"""Recording: spikes, and state variables sampled where the order of a step says.

A sample is the value after everything that happened up to and including its time. Monitors are emptied where they are,
so that a loop of running, reading and clearing adds nothing to the simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np
from pyNN import errors, recording

from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.brian2.idle import run_at_spikes
from pynn_sfdfa.common.numbers import number
from pynn_sfdfa.common.recording import SafeClearing, SpikesAsArrays

__all__ = ["Recorder", "checked_interval", "state_monitor"]

_TOLERANCE = 1e-6  # of a sampling interval: a multiple of the interval may differ that much from the time meant


def state_monitor(group: Any, variables: list[str], record: Any, interval: float) -> Any:
    """Return a monitor that samples every ``interval`` ms what is true after all that happened up to then."""
    when, order = schedule.SAMPLE
    name = simulator.contents.new_name("samples")
    clock = simulator.state.network.clock
    if interval != simulator.state.dt:
        clock = brian2.Clock(interval * brian2.ms, name=f"{name}_clock")
    monitor = brian2.StateMonitor(group, variables, record=record, when=when, order=order, clock=clock, name=name)
    simulator.state.network.add(monitor)
    return monitor


def checked_interval(interval: Any) -> float:
    """Return a sampling interval in ms; None is every time step.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If it is no multiple of the time step.
    """
    dt = float(simulator.state.dt)
    if interval is None:
        return dt
    found: float = number("sampling_interval", interval, "ms", minimum=0, exclusive=True)
    if found < dt or abs(found / dt - round(found / dt)) > _TOLERANCE:
        raise errors.InvalidParameterValueError(
            f"sampling_interval = {interval} ms is not valid; it must be a multiple of the timestep of {dt:g} ms."
        )
    return found


def _is_multiple(time: float, interval: float) -> bool:
    return abs(time / interval - round(time / interval)) <= _TOLERANCE


@dataclass
class _Sampled:
    """Neurons of which a variable is sampled by one monitor."""

    neurons: np.ndarray
    monitor: Any


class Recorder(SafeClearing, SpikesAsArrays, recording.Recorder):
    """What has been recorded from one population since t = 0 or the last ``get_data(clear=True)``."""

    _simulator = simulator

    def __init__(self, population: Any, file: Any = None) -> None:
        super().__init__(population, file)
        self._forget()

    def _forget(self) -> None:
        self._spikes: Any = None  # the monitor
        self._sampled: dict[str, list[_Sampled]] = {}
        self._waiting: dict[str, set[int]] = {}  # to be sampled from the next run on
        self._since: dict[int, float] = {}  # ms, from when on the spikes of a neuron are recorded

    # --- What is recorded --------------------------------------------------------------------------------------------

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        neurons = {int(i) - int(self.population.first_id) for i in new_ids}
        if variable.name == "spikes":
            self._since |= dict.fromkeys(neurons, float(simulator.state.t))
            return
        if sampling_interval is not None:
            self.sampling_interval = checked_interval(sampling_interval)
        self._waiting[variable.name] = self._waiting.get(variable.name, set()) | neurons

    def _native_name(self, variable: str) -> str:
        return str(self.population.celltype.state_variable_translations[variable]["translated_name"])

    def _sample(self, variable: str, neurons: np.ndarray) -> None:
        """Create a monitor; one that counts from a time between two intervals looks at every step."""
        on_grid = _is_multiple(float(self._recording_start_time), self.sampling_interval)
        interval = self.sampling_interval if on_grid else float(simulator.state.dt)
        monitor = state_monitor(self.population.brian2_group, [self._native_name(variable)], neurons, interval)
        self._sampled.setdefault(variable, []).append(_Sampled(neurons, monitor))

    def _finalize(self) -> None:
        """Create the monitors that are missing, before a run."""
        waiting, self._waiting = self._waiting, {}
        for variable, neurons in waiting.items():
            if neurons:
                self._sample(variable, np.array(sorted(neurons)))
        if self._since and self._spikes is None:
            name = simulator.contents.new_name("spikes")
            self._spikes = brian2.SpikeMonitor(self.population.brian2_group, name=name)
            run_at_spikes(self._spikes, self.population.brian2_group)
            simulator.state.network.add(self._spikes)

    def _monitors(self) -> list[Any]:
        sampling = [sampled.monitor for each in self._sampled.values() for sampled in each]
        return [*sampling, *([self._spikes] if self._spikes is not None else [])]

    def _reset(self) -> None:
        """Record nothing any more."""
        for monitor in self._monitors():
            simulator.state.network.remove(monitor)
        self._forget()

    def _clear_simulator(self) -> None:
        if simulator.contents.standalone:  # it has been run, and cannot record any more
            self._forget()
            return
        for monitor in self._monitors():
            monitor.resize(0)
            monitor.variables["N"].set_value(0)
        if self._spikes is not None:
            self._spikes.variables["count"].set_value(0)
        if not _is_multiple(float(self._recording_start_time), self.sampling_interval):
            self._sample_every_step()

    def _sample_every_step(self) -> None:
        former, self._sampled = self._sampled, {}
        for variable, each in former.items():
            for sampled in each:
                simulator.state.network.remove(sampled.monitor)
                self._sample(variable, sampled.neurons)

    def store_to_cache(self, annotations: dict[str, Any] | None = None) -> None:
        """Keep the data of the segment that ends; the next one begins at t = 0."""
        super().store_to_cache(annotations)
        self._since = dict.fromkeys(self._since, 0.0)

    # --- What has been recorded --------------------------------------------------------------------------------------

    def all_spikes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return times (ms) and neurons of the spikes of recorded neurons, in order of time."""
        if self._spikes is None:
            return np.empty(0), np.empty(0, np.int64)
        start, now = float(self._recording_start_time), float(simulator.state.t)
        times = np.clip(np.asarray(self._spikes.t / brian2.ms), start, max(now, start))  # multiples of a step, rounded
        neurons = np.asarray(self._spikes.i, np.int64)
        since = np.full(self.population.size, math.inf)
        since[list(self._since)] = list(self._since.values())
        recorded = times >= since[neurons] - 1e-6 * float(simulator.state.dt)
        return times[recorded], neurons[recorded]

    def _in_pynn_units(self, variable: str, values: Any) -> np.ndarray:
        translation = self.population.celltype.state_variable_translations[variable]
        reverse = translation["reverse_transform"]
        return np.asarray(reverse(**{translation["translated_name"]: values}) if callable(reverse) else values)

    def _samples_since_start(self, time: Any) -> Any:
        return (time - float(self._recording_start_time)) / self.sampling_interval

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return samples (n_samples, n_ids), the present values included; NaN before recording of a neuron began."""
        wanted = np.array([int(i) for i in ids]) - int(self.population.first_id)
        now = self._samples_since_start(float(simulator.state.t))
        signal = np.full((math.floor(now + _TOLERANCE) + 1, wanted.size), np.nan)
        native = self._native_name(variable.name)
        for sampled in self._sampled.get(variable.name, ()):
            positions = self._samples_since_start(np.asarray(sampled.monitor.t / brian2.ms))
            rows = np.round(positions).astype(np.int64)
            due = np.abs(positions - rows) <= _TOLERANCE
            _, columns, source = np.intersect1d(wanted, sampled.neurons, assume_unique=True, return_indices=True)
            values = self._in_pynn_units(variable.name, getattr(sampled.monitor, native)[source])
            signal[rows[due][:, np.newaxis], columns] = values.T[due]
        if abs(now - round(now)) <= _TOLERANCE:
            present = getattr(self.population.brian2_group, native)[:][wanted]
            signal[round(now)] = self._in_pynn_units(variable.name, present)
        return signal, None
