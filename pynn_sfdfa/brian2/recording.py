"""Recording: pyNN.brian2's recorder, with samples where the order of a step says, that can be read and cleared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import brian2
import numpy as np
from pyNN.brian2 import recording as pynn_recording

from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.common.recording import SafeClearing

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recorder", "state_monitor"]

_TOLERANCE = 1e-6  # of a sampling interval: a multiple of the interval may differ that much from the time meant


def state_monitor(group: Any, variables: list[str], record: Any, interval: float) -> Any:
    """Return a monitor that samples every ``interval`` ms what is true after all that happened up to then."""
    when, order = schedule.SAMPLE
    name = simulator.contents.new_name("samples")
    clock = simulator.state.network.clock
    if interval != simulator.state.dt:
        clock = brian2.Clock(interval * brian2.ms, name=f"{name}_clock")
    return brian2.StateMonitor(group, variables, record=record, when=when, order=order, clock=clock, name=name)


class Recorder(SafeClearing, pynn_recording.Recorder):
    """What has been recorded from one population."""

    _simulator = simulator

    def __init__(self, population: Any = None, file: Any = None) -> None:
        super().__init__(population, file)
        self._spikes: Any = None
        self._samples: dict[str, list[tuple[NDArray[np.int64], Any]]] = {}  # neurons and monitor, for each variable

    def _neurons(self, variable: Any) -> NDArray[np.int64]:
        return np.sort(np.fromiter(self.recorded[variable], dtype=np.int64)) - int(self.population.first_id)

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        if sampling_interval is not None:  # recording spikes leaves the interval of v and i_syn as it is
            self.sampling_interval = float(sampling_interval)

    def _finalize(self) -> None:
        """Create the monitors of what has been asked for since the last run."""
        for variable in self.recorded:
            if variable.name == "spikes":
                self._monitor_spikes()
            else:
                self._monitor_samples(variable)

    def _monitor_spikes(self) -> None:
        if self._spikes is None:
            name = simulator.contents.new_name("spikes")
            self._spikes = brian2.SpikeMonitor(self.population.brian2_group, name=name)
            simulator.state.network.add(self._spikes)

    def _monitor_samples(self, variable: Any) -> None:
        monitored = self._samples.setdefault(variable.name, [])
        new = np.setdiff1d(self._neurons(variable), np.concatenate([np.empty(0, np.int64), *(n for n, _ in monitored)]))
        if new.size:
            native = self._translation(variable)["translated_name"]
            monitor = state_monitor(self.population.brian2_group, [native], new, self.sampling_interval)
            simulator.state.network.add(monitor)
            monitored.append((new, monitor))

    def _translation(self, variable: Any) -> Any:
        return self.population.celltype.state_variable_translations[variable.name]

    def _reset(self) -> None:
        """Forget what is recorded."""
        self._spikes, self._samples = None, {}

    def _clear_simulator(self) -> None:
        """Delete all recorded data; what is recorded goes on being recorded."""
        if self._spikes is not None:
            self._spikes.resize(0)
            self._spikes.variables["N"].set_value(0)  # Brian2 leaves that to generated code
            self._spikes.variables["count"].set_value(0)
        for monitored in self._samples.values():
            for _, monitor in monitored:
                monitor.resize(0)

    def spikes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return neuron and time (ms) of each spike since the last ``clear``, of all neurons."""
        if self._spikes is None:
            return np.empty(0, np.int64), np.empty(0)
        return np.asarray(self._spikes.i[:], np.int64), np.asarray(self._spikes.t) * 1e3

    def _get_spiketimes(self, ids: Any, clear: bool = False) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        neurons, times = self.spikes()
        found = neurons + int(self.population.first_id)
        wanted = np.isin(found, [int(i) for i in ids])
        return found[wanted], times[wanted]

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return samples (n_samples, n_ids), the present values included; NaN before recording of a neuron began."""
        neurons = np.array([int(i) for i in ids], np.int64) - int(self.population.first_id)
        translation = self._translation(variable)
        native = translation["translated_name"]
        group = self.population.brian2_group
        position = (simulator.state.t - float(self._recording_start_time)) / self.sampling_interval
        n_samples = math.floor(position + _TOLERANCE) + 1
        values = np.full((n_samples, neurons.size), np.nan)
        for monitored, monitor in self._samples.get(variable.name, []):
            _, columns, source = np.intersect1d(neurons, monitored, return_indices=True)
            samples = np.asarray(getattr(monitor, native)).T
            first = n_samples - len(samples) - (abs(position - round(position)) <= _TOLERANCE)
            values[first : first + len(samples), columns] = samples[:, source]
        if abs(position - round(position)) <= _TOLERANCE:
            values[-1] = np.asarray(getattr(group, native)[:])[neurons]
        reverse = translation["reverse_transform"]
        return np.asarray(reverse(**{native: values}) if callable(reverse) else values, float), None

    def _local_count(self, variable: Any, filter_ids: Any = None) -> dict[int, int]:
        counts = np.bincount(self.spikes()[0], minlength=self.population.size)
        first = int(self.population.first_id)
        return {int(i): int(counts[int(i) - first]) for i in self.filter_recorded(variable, filter_ids)}
