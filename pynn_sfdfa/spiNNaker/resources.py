"""Whether each core has what a population needs of it, and can represent it; checked before anything is mapped.

Cycles are estimates, from the instructions of the kernels at one a cycle; the counts of overrun ticks and late packets
after a run tell what really happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.capacity import DTCM, MAX_OUTPUTS, dtcm, events
from pynn_sfdfa.hardware.cycles import CYCLES_PER_US, cycles
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, initial_state
from pynn_sfdfa.spiNNaker.regions import constants, region_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pynn_sfdfa.spiNNaker.receivers import Receiver

__all__ = ["SDRAM", "check_resources", "cycles"]

SDRAM = 110 * 1024 * 1024
"""Bytes of a chip's 128 MB that populations can use."""


def _largest(population: Receiver, fits: Callable[[int], bool]) -> int:
    """Return the most neurons on a core for which something fits, 0 if none does."""
    return next((n for n in range(population.per_core - 1, 0, -1) if fits(n)), 0)


def check_resources(populations: Iterable[Receiver], timestep_us: int, time_scale_factor: int) -> None:
    """Check that each core of each population has what it needs.

    Parameters
    ----------
    populations : iterable of Receiver
    timestep_us : int
        Timestep of the simulation in microseconds.
    time_scale_factor : int
        How many times slower than real time the machine runs.

    Raises
    ------
    ValueError
        Names the population, the need and the limit, and proposes neurons per core or another way out; or names the
        constant that cannot be represented.
    """
    for population in populations:
        neurons = min(population.n, population.per_core)
        _check_numbers(population, timestep_us / 1000)
        _check_sums(population)
        _check_dtcm(population, neurons)
        _check_sdram(population, neurons)
        _check_cycles(population, neurons, timestep_us, time_scale_factor)


def _check_numbers(population: Receiver, timestep: float) -> None:
    try:
        constants(population, timestep)
        initial_state(population.v, population.i_syn, population.parameters)
    except ValueError as error:
        raise ValueError(f"Population '{population.label}': {error}") from None


def _check_sums(population: Receiver) -> None:
    if population.rows > FORMATS.max_events:
        raise ValueError(
            f"Population '{population.label}' has {population.rows} sources, all of which may fire in one tick; "
            f"a core can add up the weights of {FORMATS.max_events}. Choose fewer sources."
        )
    if population.outputs > MAX_OUTPUTS:
        raise ValueError(
            f"Population '{population.label}' has feedback from {population.outputs} output neurons; a core can add "
            f"up the errors of {MAX_OUTPUTS}. Choose fewer output neurons."
        )


def _check_dtcm(population: Receiver, neurons: int) -> None:
    def need(n: int) -> int:
        return dtcm(population, n) + events(population)

    if need(neurons) > DTCM:
        fewer = _largest(population, lambda n: need(n) <= DTCM)
        advice = f"Choose neurons_per_core = {fewer} or less." if fewer else "Choose fewer sources."
        raise ValueError(
            f"Population '{population.label}' needs {need(neurons)} bytes of DTCM on a core with {neurons} neurons, of "
            f"{DTCM} there are. {advice}"
        )


def _check_sdram(population: Receiver, neurons: int) -> None:
    sizes = region_sizes(population, neurons)
    if sum(sizes.values()) > SDRAM:
        largest = max(sizes, key=lambda region: sizes[region])
        fewer = max(1, neurons * SDRAM // sum(sizes.values()) - 1)
        raise ValueError(
            f"Population '{population.label}' needs {sum(sizes.values())} bytes of SDRAM for a core with {neurons} "
            f"neurons, {sizes[largest]} of them for {largest.name}; a chip has {SDRAM}. Choose neurons_per_core = "
            f"{fewer} or less, or run fewer trials at once."
        )


def _check_cycles(population: Receiver, neurons: int, timestep_us: int, time_scale_factor: int) -> None:
    limit = timestep_us * CYCLES_PER_US * time_scale_factor
    need = sum(cycles(population, neurons))
    if need > limit:
        fewer = _largest(population, lambda n: sum(cycles(population, n)) <= limit)
        factor = -(-need * time_scale_factor // limit)
        choices = ([f"neurons_per_core = {fewer} or less"] if fewer else []) + [f"setup(time_scale_factor={factor})"]
        raise ValueError(
            f"Population '{population.label}' needs about {need:,} cycles on a core with {neurons} neurons, in the "
            f"last tick of a trial in which every source fires once; a tick has {limit:,}. "
            f"Choose {' or '.join(choices)}."
        )
