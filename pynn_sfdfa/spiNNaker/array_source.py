"""The vertex of a SpikeSourceArray: spike times that can be none, far away, and others in the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.clock import first_steps
from pynn_sfdfa.common.spike_times import check_spike_trains
from pynn_sfdfa.spiNNaker.simulator import state
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    SpikeSourceArrayMachineVertex,
    SpikeSourceArrayVertex,
    SpynnakerDataView,
    get_n_bytes,
    timestep_us,
)
from pynn_sfdfa.spiNNaker.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.spynnaker_names import Slice

__all__ = ["ArrayVertex"]


_NEVER = 2.0**50
"""A tick to which nobody runs."""


def _ticks(trains: Any) -> NDArray[np.object_]:
    """Return the ticks at which each neuron spikes: the first at or after each of its times."""
    ticks = np.empty(len(trains), object)
    for neuron, times in enumerate(check_spike_trains(trains)):
        exact = first_steps(times, timestep_us() / 1000.0)
        ticks[neuron] = np.minimum(exact, _NEVER).astype(np.int64)
    return ticks


def _keys_at_once(ticks: Any) -> NDArray[np.int64]:
    """Return how many neurons spike in each tick in which any does."""
    return np.unique(np.concatenate([np.empty(0, np.int64), *ticks]), return_counts=True)[1]


class ArrayMachineVertex(SpikeSourceArrayMachineVertex):
    """A core of the source. It has a place for spikes to be sent, whether there are any yet or not."""

    _send_buffer_times: Any

    def __init__(self, source: ArrayVertex, neurons: Slice, label: str | None) -> None:
        super().__init__(
            label=label, app_vertex=source, vertex_slice=neurons, eieio_params=source._eieio_params,
            send_buffer_times=None,
        )  # fmt: skip
        self._install_send_buffer(source.ticks_of(neurons))

    @staticmethod
    def _max_send_buffer_keys_per_timestep(send_buffer_times: Any, n_keys: int) -> int:
        return int(_keys_at_once(send_buffer_times).max(initial=1))

    def _fill_send_buffer_2d(self, key_base: int) -> None:
        """Take up the spikes of the next run; sPyNNaker goes through all there are."""
        first, stop = SpynnakerDataView.get_first_machine_time_step(), SpynnakerDataView.get_current_run_timesteps()
        all_ticks = self._send_buffer_times
        end = np.inf if stop is None else stop  # None: it runs until it is stopped
        self._send_buffer_times = [t[np.searchsorted(t, first) : np.searchsorted(t, end)] for t in all_ticks]
        try:
            super()._fill_send_buffer_2d(key_base)
        finally:
            self._send_buffer_times = all_ticks

    def check_room(self, steps: int) -> bool:
        """Return whether there is room for the spikes of the next ``steps`` ticks in what was reserved for them."""
        first, at_once = SpynnakerDataView.get_current_run_timesteps(), SpynnakerDataView.get_max_run_time_steps()
        ticks = np.concatenate(self._send_buffer_times)
        for start in range(first, first + steps, at_once):
            stop = min(start + at_once, first + steps)
            counts = _keys_at_once([ticks[(ticks >= start) & (ticks < stop)]])
            if sum(map(get_n_bytes, counts.tolist())) > self._send_buffer_size:
                return False
        return True


class ArrayVertex(Values, SpikeSourceArrayVertex):
    """The vertex of a population.

    Parameters
    ----------
    n : int
        Neurons.
    label : str
    model : SpikeSourceArray
    trains : sequence of n Sequence
        Spike times of each neuron in ms.
    neurons_per_core, splitter, n_colour_bits
        As in sPyNNaker.
    """

    records_all = True

    def __init__(
        self, n: int, label: str, model: Any, trains: Any, neurons_per_core: Any, splitter: Any, n_colour_bits: Any
    ) -> None:
        ticks = _ticks(trains)
        super().__init__(n, [], label, neurons_per_core, model, splitter, n_colour_bits)
        self.values = {"spike_times": np.array(trains)}
        self.send_buffer_times = ticks
        self._check_spike_density([getattr(train, "value", train) for train in trains])
        state.groups.append(self)

    def _check_spike_density(self, spike_times: Any) -> None:
        """Let sPyNNaker warn of many spikes at once; it fails if there are none."""
        if any(len(times) for times in spike_times):
            super()._check_spike_density(spike_times)

    def set_values(self, changes: Mapping[str, Any], indices: NDArray[np.int64]) -> None:
        """Change the spike times of some neurons; those before the present time are not emitted any more."""
        values = self.changed(changes, indices)
        self.send_buffer_times = _ticks(values["spike_times"])
        self.values = values
        if not state.running:
            SpynnakerDataView.set_requires_mapping()  # more spikes at once take more room

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that there is room for the spikes.

        Raises
        ------
        ValueError
            If more spikes were set between two runs than there is room for.
        """
        steps = round((stop - state.t) / state.dt)
        if state.running and not all(core.check_room(steps) for core in self.machine_vertices):
            raise ValueError(
                f"Population '{self.label}' has more spikes at once than when the simulation began, and there is no "
                "room for them on SpiNNaker. Run for a shorter time, or call reset() before the spike times are set."
            )

    def ticks_of(self, neurons: Slice) -> NDArray[np.object_]:
        """Return the ticks at which the neurons of a core spike."""
        ticks: NDArray[np.object_] = self.send_buffer_times[neurons.get_raster_ids()]
        return ticks

    def get_sdram_used_by_atoms(self, vertex_slice: Slice) -> Any:
        """Return the SDRAM that a core with these neurons needs."""
        rate = self._eieio_params.receive_rate
        return ArrayMachineVertex.get_sdram_usage(
            self.ticks_of(vertex_slice), self._is_recording, rate, vertex_slice.n_atoms
        )

    def create_machine_vertex(self, vertex_slice: Slice, sdram: Any, label: str | None = None) -> ArrayMachineVertex:
        """Return the vertex of a core with these neurons."""
        vertex = ArrayMachineVertex(self, vertex_slice, label)
        vertex.enable_recording(self._is_recording)
        return vertex
