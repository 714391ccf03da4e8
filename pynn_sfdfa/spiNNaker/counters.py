"""What went wrong on the cores during a run, if anything did: read back from what they count."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pynn_sfdfa.spiNNaker.layout import COUNTERS, Region
from pynn_sfdfa.spiNNaker.spynnaker_names import read_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynn_sfdfa.spiNNaker.machine_vertex import LIFMachineVertex
    from pynn_sfdfa.spiNNaker.simulator import Member

__all__ = ["core_counters", "population_counters", "warn_of_losses"]

_STANDARD_WORDS = 6  # of sPyNNaker's own, before those of the application

_MEANING = {
    "packets_lost": "packets came faster than they could be kept: choose fewer neurons_per_core for the sources",
    "packets_late": "spikes came too late for their tick: choose fewer neurons_per_core, or a larger time_scale_factor",
    "packets_unknown": "packets came from where nothing is connected: is another program running on the machine?",
    "events_forgotten": "spikes did not fit into the list that learning replays: choose fewer neurons_per_core",
}


def core_counters(core: LIFMachineVertex) -> dict[str, int]:
    """Return what a core has counted from its start to the end of the last run."""
    words = read_words(core, Region.PROVENANCE, _STANDARD_WORDS + len(COUNTERS)).view("<u4")
    return {name: int(word) for name, word in zip(COUNTERS, words[_STANDARD_WORDS:], strict=True)}


def population_counters(population: Member) -> dict[str, int]:
    """Return the counts of all cores of a population: sums, but of trials and what is called most the largest."""
    counts = [core_counters(core) for core in population.machine_vertices]
    return {
        name: (max if name.startswith("most_") or name == "trials" else sum)(count[name] for count in counts)
        for name in COUNTERS
    }


def warn_of_losses(populations: Iterable[Member]) -> None:
    """Warn of packets and events that were lost, and of values that did not fit their formats."""
    for population in populations:
        counts = population_counters(population)
        for name, meaning in _MEANING.items():
            if counts[name]:
                warnings.warn(f"Population '{population.label}': {counts[name]} {meaning}.", stacklevel=3)
        saturated = {
            name.removeprefix("saturated_"): counts[name] for name in COUNTERS if name.startswith("saturated_")
        }
        if any(saturated.values()):
            text = ", ".join(f"{count} of {name}" for name, count in saturated.items() if count)
            warnings.warn(
                f"Population '{population.label}': values left the range of their format and were limited: {text} "
                "(docs/arithmetic.md lists the ranges). Scale weights, cm and thresholds, or lower learning rates.",
                stacklevel=3,
            )
