"""Every name of sPyNNaker, beyond PyNN's interface, that this back end uses: written for sPyNNaker 1!7.4.1.

Whoever moves to another version changes this module first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pacman.model.graphs.application import ApplicationEdge
from pacman.model.graphs.common import Slice
from pacman.model.graphs.machine import MachineVertex
from pacman.model.partitioner_interfaces import LegacyPartitionerAPI
from pacman.model.partitioner_splitters import SplitterFixedLegacy
from pacman.model.resources import VariableSDRAM
from spinn_front_end_common.abstract_models import AbstractGeneratesDataSpecification, AbstractHasAssociatedBinary
from spinn_front_end_common.interface.buffer_management.buffer_models import AbstractReceiveBuffersToHost
from spinn_front_end_common.interface.buffer_management.recording_utilities import (
    get_recording_header_array,
    get_recording_header_size,
)
from spinn_front_end_common.interface.buffer_management.storage_objects.buffered_sending_region import get_n_bytes
from spinn_front_end_common.interface.ds import DataType
from spinn_front_end_common.interface.provenance import ProvenanceWriter, ProvidesProvenanceDataFromMachineImpl
from spinn_front_end_common.interface.simulation.simulation_utilities import get_simulation_header_array
from spinn_front_end_common.utilities.constants import SIMULATION_N_BYTES, SYSTEM_BYTES_REQUIREMENT
from spinn_front_end_common.utilities.helpful_functions import locate_memory_region_for_placement
from spinn_utilities.config_holder import get_config_bool, get_config_int, get_config_str_or_none
from spinn_utilities.ranged import RangedList
from spinnman.model.enums import ExecutableType
from spynnaker.pyNN.data import SpynnakerDataView
from spynnaker.pyNN.models.abstract_pynn_model import AbstractPyNNModel
from spynnaker.pyNN.models.common import NeuronRecorder, ParameterHolder, PopulationApplicationVertex
from spynnaker.pyNN.models.neural_projections import SynapseInformation
from spynnaker.pyNN.models.neural_projections.connectors import AbstractConnector
from spynnaker.pyNN.models.neuron.abstract_pynn_neuron_model import AbstractPyNNNeuronModel
from spynnaker.pyNN.models.neuron.synapse_dynamics import SynapseDynamicsStatic
from spynnaker.pyNN.models.populations import Population, PopulationView
from spynnaker.pyNN.models.spike_source.spike_source_array_machine_vertex import SpikeSourceArrayMachineVertex
from spynnaker.pyNN.models.spike_source.spike_source_array_vertex import SpikeSourceArrayVertex
from spynnaker.pyNN.models.spike_source.spike_source_poisson_vertex import SpikeSourcePoissonVertex
from spynnaker.pyNN.utilities.constants import SPIKE_PARTITION_ID
from spynnaker.pyNN.utilities.neo_buffer_database import NeoBufferDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "AbstractConnector",
    "AbstractGeneratesDataSpecification",
    "AbstractHasAssociatedBinary",
    "AbstractPyNNModel",
    "AbstractReceiveBuffersToHost",
    "DataType",
    "ExecutableType",
    "LegacyPartitionerAPI",
    "MachineVertex",
    "NeuronRecorder",
    "ParameterHolder",
    "Population",
    "OF_CORES",
    "PopulationApplicationVertex",
    "PopulationView",
    "ProvenanceWriter",
    "ProvidesProvenanceDataFromMachineImpl",
    "SIMULATION_N_BYTES",
    "SPIKE_PARTITION_ID",
    "SYSTEM_BYTES_REQUIREMENT",
    "Slice",
    "SpikeSourceArrayMachineVertex",
    "SpikeSourceArrayVertex",
    "SpikeSourcePoissonVertex",
    "SplitterFixedLegacy",
    "SpynnakerDataView",
    "VariableSDRAM",
    "add_edge",
    "binary_exists",
    "clear_recorded",
    "colour_bits",
    "connected_pairs",
    "get_n_bytes",
    "get_recording_header_array",
    "get_recording_header_size",
    "get_simulation_header_array",
    "given_lists",
    "has_machine",
    "is_emulated",
    "is_static",
    "key_of",
    "plan_for_rate",
    "read_words",
    "receptor_types",
    "recorded_matrix",
    "recorded_of_cores",
    "recorded_spikes",
    "recording_region_address",
    "sources_of",
    "time_scale_factor",
    "timestep_ms",
    "timestep_us",
    "unit_of",
    "weights_in",
    "write_words",
]


def add_edge(pre: Any, post: Any, partition: str) -> None:
    """Let packets of a partition of one vertex reach another; once is enough."""
    for existing in SpynnakerDataView.get_outgoing_edge_partitions_starting_at_vertex(pre):
        if existing.identifier == partition and any(edge.post_vertex is post for edge in existing.edges):
            return
    SpynnakerDataView.add_edge(ApplicationEdge(pre, post, label=f"{pre.label} to {post.label}"), partition)


def colour_bits() -> int:
    """Return how many low bits of a spike's key carry the time at which it was sent."""
    return int(get_config_int("Simulation", "n_colour_bits"))


def given_lists(cell_type: Any) -> dict[str, list[Any]]:
    """Return parameters and initial state of a stock neuron that were given as a list or an array."""
    values: dict[str, Any] = {}
    if isinstance(cell_type, AbstractPyNNNeuronModel):
        cell_type._model.add_parameters(values)
        cell_type._model.add_state_variables(values)
    return {name: list(value) for name, value in values.items() if isinstance(value, RangedList)}


def has_machine() -> bool:
    """Return whether cores run, on a board or emulated, rather than being mapped only."""
    return not get_config_bool("Machine", "virtual_board")


def is_emulated() -> bool:
    """Return whether the machine is the emulated board of ``pynn_sfdfa.hardware.board``."""
    return bool(get_config_str_or_none("Machine", "machine_name") == "emulated-board")


def binary_exists(name: str) -> bool:
    """Return whether sPyNNaker finds a binary of that name in its search path."""
    try:
        SpynnakerDataView.get_executable_path(name)
    except KeyError:
        return False
    return True


def is_static(synapse_type: Any) -> bool:
    """Return whether a type of synapse is sPyNNaker's StaticSynapse and nothing more."""
    return type(synapse_type) is SynapseDynamicsStatic


def key_of(vertex: Any, partition: str) -> int | None:
    """Return the key of a core's packets in a partition, or None if they go nowhere."""
    routing = SpynnakerDataView.get_routing_infos()
    return int(routing.get_key_from(vertex, partition)) if routing.has_info_from(vertex, partition) else None


def sources_of(pre: Any, partition: str) -> Iterator[tuple[Slice, int, int]]:
    """Return the neurons, the key and the mask of each core of a population."""
    routing = SpynnakerDataView.get_routing_infos()
    for vertex in pre.splitter.get_out_going_vertices(partition):
        info = routing.get_info_from(vertex, partition)
        yield vertex.vertex_slice, int(info.key), int(info.mask)


def weights_in(connector: Any, synapse_type: Any) -> np.ndarray:
    """Return the weights of a list of connections or of a type of synapse of sPyNNaker; none if they are no numbers."""
    own = getattr(connector, "_FromListConnector__weights", None)
    weights = own if own is not None else getattr(synapse_type, "weight", 0.0)
    try:
        return np.ravel(np.asarray(weights, float))
    except (TypeError, ValueError):
        return np.empty(0)


def connected_pairs(connector: Any, pre: Population, post: Population) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return presynaptic and postsynaptic index of each connection, and the weight that the connector itself gives it.

    Raises
    ------
    AttributeError
        If the connector is made on the machine only.
    """
    static = SynapseDynamicsStatic(weight=0.0, delay=SpynnakerDataView.get_simulation_time_step_ms())
    info = SynapseInformation(
        connector, pre, post, False, False, static, 0, "input", False, weights=static.weight, delays=static.delay
    )
    connector.set_projection_information(info)
    whole = Slice(0, post.size - 1)
    block = connector.create_synaptic_block([whole], whole, 0, info)
    return block["source"].astype(np.int64), block["target"].astype(np.int64), block["weight"].astype(float)


def plan_for_rate(source: SpikeSourcePoissonVertex, rate: float) -> None:
    """Let memory be reserved for what a Poisson source sends at its highest rate (Hz)."""
    source._SpikeSourcePoissonVertex__max_rate = rate


def recorded_spikes(label: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the neurons and times (ms) of all spikes that are kept of the population of that label, in this order."""
    with NeoBufferDatabase() as database:
        spikes = database.spinnaker_get_data(label, "spikes", False, None).reshape(-1, 2)
    return spikes[:, 0].astype(np.int64), spikes[:, 1].astype(float)


def recorded_matrix(label: str, variable: str, indices: list[int]) -> np.ndarray:
    """Return all samples that are kept of a variable, (n_samples, n_indices)."""
    with NeoBufferDatabase() as database:
        samples = database.spinnaker_get_data(label, variable, True, indices)
    return np.asarray(samples, float).reshape(len(samples), len(indices))


OF_CORES = ("rewiring", "packets-per-timestep")
"""Variables of sPyNNaker that are not those of neurons."""


def recorded_of_cores(label: str, variable: str) -> tuple[list[Any], list[Any]]:
    """Return the events and the signals that are kept of such a variable, as Neo has them."""
    with NeoBufferDatabase() as database:
        block = database.get_empty_block(label, None)
        database.add_segment(block, label, variable, None, allow_missing=True)
    return list(block.segments[0].events), list(block.segments[0].analogsignals)


def clear_recorded(label: str, variables: list[str]) -> None:
    """Delete what is kept of some variables; what is recorded from now on counts from now."""
    with NeoBufferDatabase() as database:
        database.clear_data(label, variables)


def unit_of(vertex: Any, name: str) -> str:
    """Return the unit of a parameter or variable, empty if it has none."""
    try:
        unit = vertex.get_units(name)
    except KeyError:
        return ""
    return "" if unit in (None, "dimensionless") else str(unit)


def receptor_types(vertex: Any) -> list[str]:
    """Return the names of the receptor types of a vertex of sPyNNaker's own."""
    neurons = getattr(vertex, "neuron_impl", None)
    return list(neurons.get_synapse_targets()) if neurons is not None else []


def read_words(machine_vertex: Any, region: int, count: int, offset: int = 0) -> np.ndarray:
    """Return ``count`` words of a data region of a core, from word ``offset``, as the machine holds them now, int32."""
    placement = SpynnakerDataView.get_placement_of_vertex(machine_vertex)
    address = locate_memory_region_for_placement(placement, region) + 4 * offset
    return np.frombuffer(SpynnakerDataView.read_memory(placement.x, placement.y, address, 4 * count), "<i4")


def write_words(machine_vertex: Any, region: int, words: np.ndarray, offset: int = 0) -> None:
    """Overwrite words of a data region of a core."""
    placement = SpynnakerDataView.get_placement_of_vertex(machine_vertex)
    address = locate_memory_region_for_placement(placement, region) + 4 * offset
    data = np.ascontiguousarray(words, "<i4").tobytes()
    SpynnakerDataView.write_memory(placement.x, placement.y, address, data)


def recording_region_address(placement: Any, region: int) -> int:
    """Return the address of a region of a placed core."""
    return int(locate_memory_region_for_placement(placement, region))


def timestep_ms() -> float:
    """Return the timestep of the simulation in milliseconds."""
    return float(SpynnakerDataView.get_simulation_time_step_ms())


def timestep_us() -> int:
    """Return the timestep of the simulation in microseconds."""
    return int(SpynnakerDataView.get_simulation_time_step_us())


def time_scale_factor() -> int:
    """Return how many times slower than real time the machine runs."""
    return int(SpynnakerDataView.get_time_scale_factor())
