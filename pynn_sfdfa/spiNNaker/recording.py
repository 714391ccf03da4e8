"""Recording: PyNN's own recorder, over what sPyNNaker has read from the cores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import quantities as pq
from pyNN import errors, recording

from pynn_sfdfa.common.numbers import number
from pynn_sfdfa.common.recording import SafeClearing, SpikesAsArrays
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    OF_CORES,
    clear_recorded,
    recorded_matrix,
    recorded_of_cores,
    recorded_spikes,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recorder"]


class Recorder(SafeClearing, SpikesAsArrays, recording.Recorder):
    """What has been recorded from one population since t = 0 or the last ``get_data(clear=True)``."""

    _simulator = simulator
    sampling_interval: float

    def __init__(self, population: Any, file: Any = None) -> None:
        super().__init__(population, file)
        self._on: dict[str, set[int]] = {}  # what the cores record, of which neurons

    def record(self, variables: Any, ids: Any, sampling_interval: Any = None, locations: Any = None) -> None:
        """Record variables of some neurons.

        Raises
        ------
        pyNN.errors.RecordingError
            If there is no such variable.
        ValueError
            If the interval is no multiple of the time step.
        RuntimeError
            If a simulation has begun, and they are not recorded already.
        """
        if sampling_interval is not None:
            sampling_interval = number("sampling_interval", sampling_interval, "ms", minimum=0, exclusive=True)
            steps = round(sampling_interval / simulator.state.dt)
            if not math.isclose(steps * simulator.state.dt, sampling_interval, rel_tol=1e-9):
                raise ValueError(
                    f"sampling_interval = {sampling_interval:g} ms is not valid; it must be a multiple of the timestep "
                    f"of {simulator.state.dt:g} ms."
                )
        names = self._names(variables)
        indices = {self.population.id_to_index(cell) for cell in ids}
        if not all(indices <= self._on.get(name, set()) for name in names):
            simulator.refuse_within(f"recording {', '.join(names)} of '{self.population.label}' cannot begin")
        super().record(names, ids, sampling_interval, locations)

    def _names(self, variables: Any) -> list[str]:
        """Return the names of variables, "all" of which are those that sPyNNaker offers."""
        names = [variables] if isinstance(variables, str) else list(variables)
        recordable = list(self.population._vertex.get_recordable_variables())
        for name in names:
            if name not in (*recordable, "all"):
                kind = type(self.population.celltype).__name__
                raise errors.RecordingError(name, type(kind, (), {"recordable": recordable})())
        return recordable if "all" in names else names

    def _record(self, variable: Any, new_ids: Any, sampling_interval: float | None = None) -> None:
        on = self._on.setdefault(variable.name, set())
        new = {self.population.id_to_index(cell) for cell in new_ids} - on
        if not new:
            return
        on |= new
        everyone = len(on) == self.population.size
        vertex = self.population._vertex
        if getattr(vertex, "records_all", False):
            vertex.set_recording(variable.name)
            return
        interval = None
        if variable.name not in ("spikes", *OF_CORES):
            self.sampling_interval = sampling_interval or self.sampling_interval
            interval = self.sampling_interval
        vertex.set_recording(variable.name, interval, None if everyone else sorted(on))

    def _reset(self) -> None:
        self._clear_simulator()
        if not simulator.state.running:
            for name in self._on:
                self.population._vertex.set_not_recording(name)
            self._on = {}
        self.recorded.clear()

    def all_spikes(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return times (ms) and neurons of the spikes of recorded neurons."""
        if not simulator.state.running:
            return np.empty(0), np.empty(0, np.int64)
        neurons, times = recorded_spikes(self.population.label)
        return times, neurons

    def _get_all_signals(self, variable: Any, ids: Any, clear: bool = False) -> Any:
        """Return samples (n_samples, n_ids)."""
        if variable.name in OF_CORES:
            return np.empty(0), None
        indices = [self.population.id_to_index(cell) for cell in ids]
        return recorded_matrix(self.population.label, variable.name, indices), None

    def _get_current_segment(self, filter_ids: Any = None, variables: Any = "all", clear: bool = False) -> Any:
        segment = super()._get_current_segment(filter_ids, variables, clear)
        # Samples are taken at multiples of the interval since t = 0, of which the last clear may not be one.
        start = float(self._recording_start_time)
        for signal in segment.analogsignals:
            signal.t_start = math.ceil(start / self.sampling_interval - 1e-9) * self.sampling_interval * pq.ms
        for variable in self.recorded:
            if variable.name in OF_CORES and (variables == "all" or variable in variables):
                events, signals = recorded_of_cores(self.population.label, variable.name)
                segment.events.extend(events)
                segment.analogsignals.extend(signals)
        return segment

    def _clear_simulator(self) -> None:
        if simulator.state.running:
            clear_recorded(self.population.label, [variable.name for variable in self.recorded])
