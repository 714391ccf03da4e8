"""The vertex of one core: its binary, its data, and what it reports back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pynn_sfdfa.spiNNaker.layout import COUNTERS, Region
from pynn_sfdfa.spiNNaker.regions import Addresses, Core, Sender, core_regions, region_sizes
from pynn_sfdfa.spiNNaker.simulator import state
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    SIMULATION_N_BYTES,
    SPIKE_PARTITION_ID,
    SYSTEM_BYTES_REQUIREMENT,
    AbstractGeneratesDataSpecification,
    AbstractHasAssociatedBinary,
    AbstractReceiveBuffersToHost,
    ExecutableType,
    MachineVertex,
    ProvenanceWriter,
    ProvidesProvenanceDataFromMachineImpl,
    VariableSDRAM,
    get_recording_header_array,
    get_recording_header_size,
    get_simulation_header_array,
    key_of,
    recording_region_address,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.receivers import Incoming, Receiver
    from pynn_sfdfa.spiNNaker.spynnaker_names import Slice

__all__ = ["BINARY", "ERROR_PARTITION", "FACTOR_PARTITION", "LIFMachineVertex", "Whole", "core_sdram"]

BINARY = "lif_sfdfa.aplx"
"""Name of the application."""

ERROR_PARTITION = "ERROR"
"""Packets with errors and directional sums; spikes are in sPyNNaker's own partition."""


FACTOR_PARTITION = "FACTOR"
"""Packets with the factors of output spikes, along timed feedback; keys are as those of spikes."""


class Whole(Protocol):
    """The vertex of a population, as far as its cores need to know it."""

    recorder: Any

    @property
    def n_colour_bits(self) -> int:
        """The low bits of a key that carry the time."""

    def described(self) -> Receiver:
        """Return what a core needs to know of the population."""


class LIFMachineVertex(
    MachineVertex,
    AbstractGeneratesDataSpecification,
    AbstractHasAssociatedBinary,
    ProvidesProvenanceDataFromMachineImpl,
    AbstractReceiveBuffersToHost,
):
    """A core with some neurons of a LIF_SFDFA population."""

    def __init__(self, population: Whole, neurons: Slice, sdram: Any, label: str | None) -> None:
        super().__init__(label, population, neurons)
        self.population = population
        self._sdram = sdram

    @property
    def sdram_required(self) -> Any:
        """The SDRAM of this core."""
        return self._sdram

    def get_binary_file_name(self) -> str:
        """Return the name of the application."""
        return BINARY

    def get_binary_start_type(self) -> Any:
        """Return how the application is started and stopped."""
        return ExecutableType.USES_SIMULATION_INTERFACE

    def get_n_keys_for_partition(self, partition_id: str) -> int:
        """Return how many keys the packets of this core need."""
        neurons = int(self.vertex_slice.n_atoms)
        return neurons * 2 if partition_id == ERROR_PARTITION else neurons << self.population.n_colour_bits

    # --- Data --------------------------------------------------------------------------------------------------------

    def generate_data_specification(self, spec: Any, placement: Any) -> None:
        """Write all data regions."""
        recorder = self.population.recorder
        recorded = recorder.get_region_sizes(self.vertex_slice)
        spec.reserve_memory_region(Region.SYSTEM, SIMULATION_N_BYTES, label="System")
        spec.switch_write_focus(Region.SYSTEM)
        spec.write_array(get_simulation_header_array(BINARY))
        self.reserve_provenance_data_region(spec)
        spec.reserve_memory_region(Region.RECORDING, get_recording_header_size(len(recorded)), label="Recording")
        spec.switch_write_focus(Region.RECORDING)
        spec.write_array(get_recording_header_array(recorded))
        for region, words in self.regions().items():
            spec.reserve_memory_region(region, max(4, 4 * words.size), label=region.name.capitalize())
            if words.size:
                spec.switch_write_focus(region)
                spec.write_array(np.ascontiguousarray(words).view("<u4").ravel())
        spec.end_specification()

    def regions(self) -> dict[Region, NDArray[np.uint32] | NDArray[np.int32]]:
        """Return the words of each data region that is not one of sPyNNaker's own."""
        population = self.population.described()
        first, n = int(self.vertex_slice.lo_atom), int(self.vertex_slice.n_atoms)
        addresses = Addresses(
            key_of(self, SPIKE_PARTITION_ID),
            key_of(self, ERROR_PARTITION),
            key_of(self, FACTOR_PARTITION),
            [_senders(incoming, SPIKE_PARTITION_ID) for incoming in population.forward],
            [_senders(incoming, ERROR_PARTITION) for incoming in population.feedback],
            [_senders(incoming, FACTOR_PARTITION) if incoming.timed else [] for incoming in population.feedback],
        )
        recorded = {variable: self._recorded(variable) for variable in ("v", "i_syn", "spikes")}
        return core_regions(population, Core(first, n, state.seed, state.first_trial, state.dt, recorded), addresses)

    def _recorded(self, variable: str) -> tuple[int, list[int]]:
        """Return the interval in ticks at which a variable is recorded, and the neurons, counted within this core."""
        recorder, neurons = self.population.recorder, self.vertex_slice
        if not recorder.is_recording(variable):
            return 0, []
        chosen = [int(i) - int(neurons.lo_atom) for i in recorder.neurons_recording(variable, neurons)]
        return (round(recorder.get_sampling_interval_ms(variable) / state.dt) if chosen else 0), chosen

    # --- Recording and provenance ------------------------------------------------------------------------------------

    def get_recorded_region_ids(self) -> Sequence[int]:
        """Return the channels that are recorded on this core."""
        channels: list[int] = self.population.recorder.recorded_ids_by_slice(self.vertex_slice)
        return channels

    def get_recording_region_base_address(self, placement: Any) -> int:
        """Return where the machine says what it has recorded."""
        return recording_region_address(placement, Region.RECORDING)

    @property
    def _provenance_region_id(self) -> int:
        return Region.PROVENANCE

    @property
    def _n_additional_data_items(self) -> int:
        return len(COUNTERS)

    def parse_extra_provenance_items(self, label: str, x: int, y: int, p: int, provenance_data: Sequence[int]) -> None:
        """Enter the counts of a run into sPyNNaker's database."""
        with ProvenanceWriter() as database:
            for name, count in zip(COUNTERS, provenance_data, strict=True):
                database.insert_core(x, y, p, name, count)


def core_sdram(population: Whole, neurons: Slice) -> Any:
    """Return the SDRAM that a core needs."""
    own = sum(region_sizes(population.described(), int(neurons.n_atoms)).values())
    standard = SYSTEM_BYTES_REQUIREMENT + get_recording_header_size(len(population.recorder.get_recordable_variables()))
    standard += LIFMachineVertex.get_provenance_data_size(len(COUNTERS))
    recording = population.recorder.get_variable_sdram_usage(neurons)
    return VariableSDRAM(standard + own, 0) + recording


def _senders(incoming: Incoming, partition: str) -> list[Sender]:
    """Return the cores of a source; errors carry no time in their keys."""
    bits = int(incoming.source.n_colour_bits) if partition != ERROR_PARTITION else 0
    return [
        Sender(int(neurons.lo_atom), key, mask, bits) for neurons, key, mask in sources_of(incoming.source, partition)
    ]
