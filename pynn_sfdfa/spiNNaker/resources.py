"""What a core has, and what a population needs of it; checked before anything is mapped.

Memory is counted exactly as ``hardware/c/application`` allocates it. Cycles are estimates, from the instructions of the
kernels at one a cycle; the counts of overrun ticks and late packets after a run tell what really happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, MAX_SPIKES
from pynn_sfdfa.spiNNaker.spynnaker_names import time_scale_factor, timestep_us

if TYPE_CHECKING:
    from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["BINARY", "CYCLES_PER_US", "DTCM", "MAX_OUTPUTS", "SDRAM", "capacities", "check_resources", "cycles", "dtcm"]

BINARY = "lif_sfdfa.aplx"
"""Name of the application."""

DTCM = 54 * 1024
"""Bytes of a core's 64 KB that the application can allocate: the rest is for stacks, variables and messages."""

SDRAM = 110 * 1024 * 1024
"""Bytes of a chip's 128 MB that populations can use."""

CYCLES_PER_US = 200
"""Of a core at 200 MHz."""

MAX_OUTPUTS = 256
"""Output neurons whose errors a hidden neuron can add up."""

_BLOCK = 16  # bytes lost in an allocation, at most
_BLOCKS = 32
_NEURON_BYTES = 24 + 4 + 8 + 4 + 8 * MAX_SPIKES  # state, what arrives, grades, spikes of a trial
_LEARNING_BYTES = 4 + 8 + 4 + 12  # errors, errors gathered, changes, replay
_TRANSFER_BYTES = 2 * 4 + 4 + 3 * 4  # rows under way, a sample, indices of recorded neurons
_PACKET_BYTES = 8 + 16 + 12 + 4  # received, under way, arriving, row
_EVENT_BYTES = 4 + 2
_SOURCE_BYTES = 16
_ERROR_BYTES = 8

_LEAST_PACKETS, _MOST_PACKETS = 32, 512

# Estimated cycles; those of the kernels as benchmarks/results/spinnaker_cost.json has them.
_PACKET_CYCLES, _ROW_CYCLES, _TICK_CYCLES = 150, 350, 2000
_ARRIVE_CYCLES, _NEURON_CYCLES, _REPLAY_CYCLES, _CHANGE_CYCLES, _FEEDBACK_CYCLES = 12, 62, 18, 13, 60


def _sources(population: LIFVertex) -> int:
    return sum(projection.shape[0] for projection in population.forward)


def _outputs(population: LIFVertex) -> int:
    return sum(projection.shape[0] for projection in population.feedback)


def _packets(population: LIFVertex) -> int:
    """Return the packets that a core keeps: a power of two, if possible enough for a spike of every source."""
    most = _sources(population) + 2 * _outputs(population)
    return max(_LEAST_PACKETS, min(_MOST_PACKETS, 1 << max(0, most - 1).bit_length()))


def dtcm(population: LIFVertex, neurons: int) -> int:
    """Return the bytes that a core needs besides the list of a trial's events."""
    cores: int = sum(-(-p.shape[0] // p.pre_vertex.get_max_atoms_per_core()) for p in population.forward)
    cores += sum(-(-p.shape[0] // p.pre_vertex.get_max_atoms_per_core()) for p in population.feedback)
    return (
        neurons * (_NEURON_BYTES + _LEARNING_BYTES + _TRANSFER_BYTES)
        + _packets(population) * _PACKET_BYTES
        + cores * _SOURCE_BYTES
        + _outputs(population) * _ERROR_BYTES
        + _BLOCKS * _BLOCK
    )


def _most_events(population: LIFVertex) -> int:
    """Return the events of a trial in which every source fires in every tick, or a neuron as often as it can."""
    ticks = population.trial_ticks
    return sum(
        p.shape[0] * (min(ticks, MAX_SPIKES) if p.from_neurons else ticks)
        for p in population.forward
        if p.learning_rate
    )


def capacities(population: LIFVertex, neurons: int) -> dict[str, int]:
    """Return how many events of a trial and packets of a tick a core keeps."""
    room = (DTCM - dtcm(population, neurons)) // _EVENT_BYTES
    return {"max_events": min(room, _most_events(population)), "max_packets": _packets(population)}


def cycles(population: LIFVertex, neurons: int) -> tuple[int, int]:
    """Return the cycles of a tick and of a trial's end, if every source fires once, in the first half of the trial."""
    sources = _sources(population)
    per_tick = -(-2 * sources // population.trial_ticks)
    tick = (
        _TICK_CYCLES + neurons * _NEURON_CYCLES + per_tick * (_PACKET_CYCLES + _ROW_CYCLES + neurons * _ARRIVE_CYCLES)
    )
    if not any(projection.learning_rate for projection in population.forward):
        return tick, 0
    end = population.trial_ticks * neurons * _REPLAY_CYCLES + sources * (_ROW_CYCLES + neurons * _CHANGE_CYCLES)
    return tick, end + _outputs(population) * (2 * _PACKET_CYCLES + _ROW_CYCLES + neurons * _FEEDBACK_CYCLES)


def _largest(population: LIFVertex, fits: object) -> int:
    """Return the most neurons on a core for which something fits, 0 if none does."""
    return next((n for n in range(population.get_max_atoms_per_core() - 1, 0, -1) if fits(n)), 0)  # type: ignore[operator]


def check_resources(vertices: list[LIFVertex], stop: float) -> None:
    """Check that each core of each population has what it needs.

    Raises
    ------
    ValueError
        Names the population, the need and the limit, and proposes neurons per core or another way out.
    """
    for population in vertices:
        neurons = min(population.n_atoms, population.get_max_atoms_per_core())
        _check_sums(population)
        _check_dtcm(population, neurons)
        _check_sdram(population, neurons)
        _check_cycles(population, neurons)


def _check_sums(population: LIFVertex) -> None:
    if _sources(population) > FORMATS.max_events:
        raise ValueError(
            f"Population '{population.label}' has {_sources(population)} sources, all of which may fire in one tick; "
            f"a core can add up the weights of {FORMATS.max_events}. Choose fewer sources."
        )
    if _outputs(population) > MAX_OUTPUTS:
        raise ValueError(
            f"Population '{population.label}' has feedback from {_outputs(population)} output neurons; a core can add "
            f"up the errors of {MAX_OUTPUTS}. Choose fewer output neurons."
        )


def _check_dtcm(population: LIFVertex, neurons: int) -> None:
    events = sum(projection.shape[0] for projection in population.forward if projection.learning_rate)

    def need(n: int) -> int:
        return dtcm(population, n) + events * _EVENT_BYTES

    if need(neurons) > DTCM:
        fewer = _largest(population, lambda n: need(n) <= DTCM)
        advice = f"Choose neurons_per_core = {fewer} or less." if fewer else "Choose fewer sources."
        raise ValueError(
            f"Population '{population.label}' needs {need(neurons)} bytes of DTCM on a core with {neurons} neurons, of "
            f"{DTCM} there are. {advice}"
        )


def _check_sdram(population: LIFVertex, neurons: int) -> None:
    from pynn_sfdfa.spiNNaker.regions import region_sizes

    sizes = region_sizes(population, neurons)
    if sum(sizes.values()) > SDRAM:
        largest = max(sizes, key=lambda region: sizes[region])
        fewer = max(1, neurons * SDRAM // sum(sizes.values()) - 1)
        raise ValueError(
            f"Population '{population.label}' needs {sum(sizes.values())} bytes of SDRAM for a core with {neurons} "
            f"neurons, {sizes[largest]} of them for {largest.name}; a chip has {SDRAM}. Choose neurons_per_core = "
            f"{fewer} or less, or run fewer trials at once."
        )


def _check_cycles(population: LIFVertex, neurons: int) -> None:
    limit = timestep_us() * CYCLES_PER_US * time_scale_factor()
    need = sum(cycles(population, neurons))
    if need > limit:
        fewer = _largest(population, lambda n: sum(cycles(population, n)) <= limit)
        factor = -(-need * time_scale_factor() // limit)
        choices = ([f"neurons_per_core = {fewer} or less"] if fewer else []) + [f"setup(time_scale_factor={factor})"]
        raise ValueError(
            f"Population '{population.label}' needs about {need:,} cycles on a core with {neurons} neurons, in the "
            f"last tick of a trial in which every source fires once; a tick has {limit:,}. "
            f"Choose {' or '.join(choices)}."
        )
