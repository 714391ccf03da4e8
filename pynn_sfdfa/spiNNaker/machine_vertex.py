"""The vertex of one core: its binary, its data, and what it reports back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.layout import COUNTERS, Region
from pynn_sfdfa.spiNNaker.regions import ERROR_PARTITION, core_regions, region_sizes
from pynn_sfdfa.spiNNaker.resources import BINARY
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    SIMULATION_N_BYTES,
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
    recording_region_address,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.spiNNaker.spynnaker_names import Slice
    from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["LIFMachineVertex", "core_sdram"]


class LIFMachineVertex(
    MachineVertex,
    AbstractGeneratesDataSpecification,
    AbstractHasAssociatedBinary,
    ProvidesProvenanceDataFromMachineImpl,
    AbstractReceiveBuffersToHost,
):
    """A core with some neurons of a LIF_SFDFA population."""

    def __init__(self, population: LIFVertex, neurons: Slice, sdram: Any, label: str | None) -> None:
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
        for region, words in core_regions(self, simulator.contents()).items():
            spec.reserve_memory_region(region, max(4, 4 * words.size), label=region.name.capitalize())
            if words.size:
                spec.switch_write_focus(region)
                spec.write_array(np.ascontiguousarray(words).view("<u4").ravel())
        spec.end_specification()

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


def core_sdram(population: LIFVertex, neurons: Slice) -> Any:
    """Return the SDRAM that a core needs."""
    own = sum(region_sizes(population, int(neurons.n_atoms)).values())
    standard = SYSTEM_BYTES_REQUIREMENT + get_recording_header_size(len(population.recorder.get_recordable_variables()))
    standard += LIFMachineVertex.get_provenance_data_size(len(COUNTERS))
    recording = population.recorder.get_variable_sdram_usage(neurons)
    return VariableSDRAM(standard + own, 0) + recording
