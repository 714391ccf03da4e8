"""Recording: pyNN.brian2's recorder, with samples of LIF_SFDFA taken where the order of a step says."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
from pyNN.brian2 import recording as pynn_recording

from pynn_sfdfa.brian2 import schedule, simulator
from pynn_sfdfa.brian2.units import scale

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


class Recorder(pynn_recording.Recorder):
    """What has been recorded from one population."""

    _simulator = simulator

    def _samples_itself(self, name: str) -> bool:
        return name != "spikes" and hasattr(self.population.celltype, "definition")

    def _neurons(self, variable: Any) -> np.ndarray:
        return np.sort(np.fromiter(self.recorded[variable], dtype=int)) - int(self.population.first_id)

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        if sampling_interval is not None:  # recording spikes leaves the interval of v and i_syn as it is
            self.sampling_interval = float(sampling_interval)

    def _create_device(self, group: Any, variable: Any) -> None:
        if self._samples_itself(variable.name):
            device = state_monitor(group, [variable.name], self._neurons(variable), self.sampling_interval)
        elif variable.name == "spikes":
            device = brian2.SpikeMonitor(group, name=simulator.contents.new_name("spikes"))
        else:
            super()._create_device(group, variable)
            return
        self._devices[variable.name] = device
        simulator.state.network.add(device)

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return samples (n_samples, n_ids), the present values included."""
        if not self._samples_itself(variable.name):
            return super()._get_all_signals(variable, ids, clear)
        neurons = np.array([int(i) for i in ids]) - int(self.population.first_id)
        unit = float(scale(self.population.celltype.units[variable.name]))
        device = self._devices[variable.name]
        columns = np.searchsorted(self._neurons(variable), neurons)
        values = np.asarray(getattr(device, variable.name))[columns].T / unit
        position = (simulator.state.t - float(self._recording_start_time)) / self.sampling_interval
        if abs(position - round(position)) <= _TOLERANCE:
            present = np.asarray(getattr(self.population.brian2_group, variable.name)[:])[neurons] / unit
            values = np.vstack([values, present])
        return values, None
