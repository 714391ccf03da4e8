"""What a core has, and what a population needs of it; checked before anything is mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.spiNNaker.vertices import LIFVertex

__all__ = ["BINARY", "capacities"]

BINARY = "lif_sfdfa.aplx"
"""Name of the application."""


def capacities(population: LIFVertex, neurons: int) -> dict[str, int]:
    """Return how many events of a trial and packets of a tick a core can keep."""
    return {"max_events": 4096, "max_packets": 512}


def check_resources(vertices: list[LIFVertex], stop: float) -> None:
    """Raise ValueError if a core of a population would need more than it has."""
