"""What sPyNNaker knows of the simulation on a board: where it has put what, which keys are whose, what was recorded.

It depends on the version of sPyNNaker, as its neighbour ``spynnaker.py`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Part", "Recorded", "Source", "parts", "recorded", "run_time", "sources"]


@dataclass(frozen=True)
class Part:
    """What lies on a core: of the population (or other vertex) of that name, the neurons from the first to the last.

    ``is_population`` tells populations of the script from what sPyNNaker has added.
    """

    name: str
    first: int
    last: int
    is_population: bool


@dataclass(frozen=True)
class Source:
    """Cores that send packets, and the key and mask of those of each.

    Attributes
    ----------
    name : str
        Of a population or another vertex.
    partition : str
        What the packets are for, such as spikes.
    cores : tuple of (int, int, int)
    keys : tuple of (int, int)
        Key and mask, for each core: a packet is its own if its key & mask is the key.
    """

    name: str
    partition: str
    cores: tuple[tuple[int, int, int], ...]
    keys: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a population has recorded.

    Attributes
    ----------
    name : str
    size : int
        Neurons of the population.
    variables : tuple of str
        All that are recorded.
    neurons : int64, shape (spikes,)
    times : float64, shape (spikes,)
        ms; of spikes, if these are among the variables.
    """

    name: str
    size: int
    variables: tuple[str, ...]
    neurons: NDArray[np.int64]
    times: NDArray[np.float64]


def parts() -> dict[tuple[int, int, int], Part]:
    """Return what lies on each core that the simulation uses."""
    return {(placement.x, placement.y, placement.p): _part(placement.vertex) for placement in _placements()}


def _placements() -> list[Any]:
    from spinn_utilities.exceptions import DataNotYetAvialable
    from spynnaker.pyNN.data import SpynnakerDataView

    try:
        return list(SpynnakerDataView.iterate_placemements())
    except DataNotYetAvialable:  # the run has failed before
        return []


def _part(vertex: Any) -> Part:
    from spynnaker.pyNN.models.common import PopulationApplicationVertex

    atoms, whole = vertex.vertex_slice, vertex.app_vertex
    is_population = isinstance(whole, PopulationApplicationVertex)
    return Part(_name(vertex), int(atoms.lo_atom), int(atoms.hi_atom), is_population)


def _name(vertex: Any) -> str:
    return str((vertex if vertex.app_vertex is None else vertex.app_vertex).label)


def sources() -> list[Source]:
    """Return who sends packets with which keys, in the order of the keys."""
    places = {placement.vertex: (placement.x, placement.y, placement.p) for placement in _placements()}
    found: dict[tuple[str, str], list[tuple[tuple[int, int], tuple[int, int, int]]]] = {}
    for info in _routing_infos():
        if info.vertex in places:  # of cores; a vertex as a whole has keys, too
            own = (int(info.key), int(info.mask)), places[info.vertex]
            found.setdefault((_name(info.vertex), info.partition_id), []).append(own)
    listed = sorted((sorted(own), whose) for whose, own in found.items())
    return [Source(*whose, tuple(core for _, core in own), tuple(key for key, _ in own)) for own, whose in listed]


def _routing_infos() -> list[Any]:
    from spinn_utilities.exceptions import DataNotYetAvialable
    from spynnaker.pyNN.data import SpynnakerDataView

    try:
        return list(SpynnakerDataView.get_routing_infos())
    except DataNotYetAvialable:
        return []


def run_time() -> float:
    """Return for how many ms the simulation has run; 0 if that is not known, as after a run without end."""
    from spynnaker.pyNN.data import SpynnakerDataView

    return float(SpynnakerDataView.get_current_run_time_ms())


def recorded() -> Iterator[Recorded]:
    """Yield what each population that records has recorded since time 0, or since the script has cleared it."""
    from spynnaker.pyNN.utilities.neo_buffer_database import NeoBufferDatabase

    with NeoBufferDatabase() as kept:
        for name in kept.get_recording_populations():
            variables = kept.get_recording_variables(name)
            size, _, _ = kept.get_population_metadata(name)
            spikes = kept.spinnaker_get_data(name, "spikes") if "spikes" in variables else np.empty((0, 2))
            spikes = spikes[np.lexsort((spikes[:, 0], spikes[:, 1]))]
            yield Recorded(name, size, tuple(variables), spikes[:, 0].astype(np.int64), spikes[:, 1])
