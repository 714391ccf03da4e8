"""What a core finds in its own data regions, from the network and the keys that the mapping has given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic import to_fixed
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, cell_words, initial_state, learning_words
from pynn_sfdfa.spiNNaker.layout import (
    CONFIGURATION_WORDS,
    SOURCE_WORDS,
    Region,
    Source,
    absent_words,
    configuration_words,
    source_words,
)
from pynn_sfdfa.spiNNaker.resources import capacities
from pynn_sfdfa.spiNNaker.spynnaker_names import SPIKE_PARTITION_ID, SpynnakerDataView, key_of, sources_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.machine_vertex import LIFMachineVertex
    from pynn_sfdfa.spiNNaker.simulator import Contents
    from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["ERROR_PARTITION", "core_regions", "region_sizes", "rows_onto"]

ERROR_PARTITION = "ERROR"
"""Packets with errors and directional sums; spikes are in sPyNNaker's own partition."""


def rows_onto(population: LIFVertex) -> int:
    """Return the rows of weights of each core of a population."""
    return sum(projection.shape[0] for projection in population.forward)


def _outputs_onto(population: LIFVertex) -> int:
    return sum(projection.shape[0] for projection in population.feedback)


def region_sizes(population: LIFVertex, neurons: int) -> dict[Region, int]:
    """Return the bytes of the data regions of a core, as far as they are known before the mapping."""
    rows = rows_onto(population)
    cores = sum(_cores(p.pre_vertex) for p in [*population.forward, *population.feedback])
    has_absent = not all(projection.present.all() for projection in population.forward)
    words = {
        Region.CONFIGURATION: len(CONFIGURATION_WORDS),
        Region.SOURCES: SOURCE_WORDS * cores,
        Region.STATE: 2 * neurons,
        Region.WEIGHTS: rows * neurons,
        Region.ABSENT: rows * -(-neurons // 32) * has_absent,
        Region.FEEDBACK: _outputs_onto(population) * neurons,
        Region.TARGETS: population.targets.size // population.n_atoms * neurons,
        Region.NEURON_RECORDING: 6 + 3 * neurons,
    }
    return {region: max(4, 4 * size) for region, size in words.items()}


def _cores(vertex: object) -> int:
    return -(-int(vertex.n_atoms) // int(vertex.get_max_atoms_per_core()))  # type: ignore[attr-defined]


def core_regions(core: LIFMachineVertex, contents: Contents) -> dict[Region, NDArray[np.uint32] | NDArray[np.int32]]:
    """Return the words of each data region of a core that is not one of sPyNNaker's own."""
    population = core.population
    first, n = int(core.vertex_slice.lo_atom), int(core.vertex_slice.n_atoms)
    columns = slice(first, first + n)
    sources = source_words(_sources(population))
    present = [projection.present[:, columns] for projection in population.forward]
    has_absent = not all(matrix.all() for matrix in present)
    spike_key, error_key = key_of(core, SPIKE_PARTITION_ID), key_of(core, ERROR_PARTITION)
    learning_rate = max((p.learning_rate for p in population.forward), default=0.0)
    feedback_rate = max((p.learning_rate for p in population.feedback), default=0.0)
    timestep = SpynnakerDataView.get_simulation_time_step_ms()
    words = {
        "n_neurons": n,
        "first_neuron": first,
        "trial_ticks": population.trial_ticks,
        "first_trial": contents.first_trial,
        "layer": population.layer,
        "seed": contents.seed,
        "sends_spikes": spike_key is not None,
        "spike_key": spike_key or 0,
        "sends_errors": error_key is not None,
        "error_key": error_key or 0,
        "colour_bits": population.n_colour_bits,
        "n_sources": len(sources),
        "n_rows": rows_onto(population),
        "n_errors": _outputs_onto(population),
        "n_targets": population.targets.shape[1],
        "has_absent": has_absent,
        "perturbs": feedback_rate > 0,
        **cell_words(population.parameters, population.exact, timestep),
        **learning_words(population.parameters, learning_rate, feedback_rate),
        **capacities(population, n),
    }
    initial = {name: population.initial_values(name)[columns] for name in ("v", "i_syn")}
    return {
        Region.CONFIGURATION: configuration_words(words),
        Region.SOURCES: sources,
        Region.STATE: initial_state(initial["v"], initial["i_syn"], population.parameters),
        Region.WEIGHTS: _stacked([p.words[:, columns] for p in population.forward], n),
        Region.ABSENT: np.vstack([absent_words(matrix) for matrix in present]) if has_absent else _NOTHING,
        Region.FEEDBACK: _stacked([p.words[:, columns] for p in population.feedback], n),
        Region.TARGETS: to_fixed(population.targets[columns].T, FORMATS.error).astype(np.int32),
        Region.NEURON_RECORDING: _recording_words(core),
    }


_NOTHING = np.empty(0, np.uint32)


def _stacked(matrices: list[NDArray[np.int32]], n: int) -> NDArray[np.int32]:
    return np.vstack([np.empty((0, n), np.int32), *matrices])


def _sources(population: LIFVertex) -> list[Source]:
    """Return where the packets to a population come from."""
    found = []
    row = 0
    for projection in population.forward:
        for neurons, key, mask in sources_of(projection.pre_vertex, SPIKE_PARTITION_ID):
            found.append(
                Source(
                    key,
                    mask,
                    row + int(neurons.lo_atom),
                    int(projection.pre_vertex.n_colour_bits),
                    projection.delay_ticks,
                    projection.learning_rate > 0,
                )
            )
        row += projection.shape[0]
    output = 0
    for projection in population.feedback:
        for neurons, key, mask in sources_of(projection.pre_vertex, ERROR_PARTITION):
            found.append(Source(key, mask, output + int(neurons.lo_atom), is_error=True))
        output += projection.shape[0]
    return found


def _recording_words(core: LIFMachineVertex) -> NDArray[np.uint32]:
    """Return interval and number of recorded neurons of v, i_syn and spikes, then the neurons."""
    recorder, neurons = core.population.recorder, core.vertex_slice
    head, indices = [], []
    for variable in ("v", "i_syn", "spikes"):
        chosen: list[int] = []
        if recorder.is_recording(variable):
            chosen = [int(i) - int(neurons.lo_atom) for i in recorder.neurons_recording(variable, neurons)]
        interval = 0
        if chosen:
            dt = SpynnakerDataView.get_simulation_time_step_ms()
            interval = round(recorder.get_sampling_interval_ms(variable) / dt)
        head += [interval, len(chosen)]
        indices += chosen
    return np.array(head + indices, np.uint32)
