"""In which order populations are advanced: one after the other where signals go forward, together where they return.

A spike that goes round a loop comes back after a delay. So all populations of a loop can be advanced by less than the
smallest delay among them, in turn: what they emit meanwhile arrives later. Spikes that travel without delay arrive at
once; they go forward within the loop, in whose order its populations take turns.
"""

from __future__ import annotations

import graphlib
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyNN import errors
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pynn_sfdfa.event.pathways import Pathway

__all__ = ["Stage", "check_loops", "stages"]

_BEFORE_START = math.nextafter(0.0, -math.inf)

_SPARE = 2.0**-10
"""Share of the smallest delay that is left over, for the rounding of times that count from the start of a trial."""


class Stage(NamedTuple):
    """Populations that are advanced together, in this order, and the pathways of the loop among them, if it is one."""

    populations: list[Any]
    loop: list[Pathway]

    @property
    def reach(self) -> float:
        """The smallest delay (ms) in the loop that is not 0, infinite without a loop; they advance by less."""
        return min((way.projection.delay for way in self.loop if way.projection.delay > 0), default=math.inf)

    def check(self, stop: float) -> None:
        """Raise ValueError before a run to ``stop`` (ms) if a delay of a loop is lost beside it in rounding."""
        if not stop + self.reach * (_SPARE / 4) > stop:
            raise ValueError(
                f"The loop through population '{self.populations[0].label}' has a delay of {self.reach:g} ms, too short"
                f" to be told from 0 when the time is {stop:g} ms. Use a longer delay, or reset() before."
            )

    def ends(self, after: float, until: float) -> Iterator[float]:
        """Return the times up to which to advance in turn: no spike later than one arrives before or at the next."""
        stride = self.reach * (1 - _SPARE)
        while True:
            end = min(max(after, _BEFORE_START) + stride, until)
            yield end
            if end >= until:
                return
            after = end


def stages(populations: Sequence[Any]) -> list[Stage]:
    """Return populations in the order in which signals travel, those of a loop in one stage."""
    ways = [way for population in populations for way in population.incoming if way.carries_spikes]
    members, loop_of = _strongly_connected(populations, ways)
    heard: dict[int, set[int]] = {loop: set() for loop in members}
    within: dict[int, list[Pathway]] = {loop: [] for loop in members}
    for way in ways:
        source, target = loop_of[way.source], loop_of[way.target]
        if source == target:
            within[target].append(way)
        else:
            heard[target].add(source)
    order = graphlib.TopologicalSorter(heard).static_order()
    return [Stage(_without_delay(members[loop], within[loop]), within[loop]) for loop in order]


def check_loops(label: str, populations: Sequence[Any], added: Sequence[Pathway]) -> None:
    """Check that a projection, whose pathways are ``added`` to those of populations, closes no loop without delay.

    Raises
    ------
    pyNN.errors.ConnectionError
        If there is a loop without any delay.
    """
    everybody = list(dict.fromkeys([*populations, *(way.source for way in added), *(way.target for way in added)]))
    present = [way for population in everybody for way in population.incoming if way not in added]
    ways = [way for way in (*present, *added) if way.carries_spikes]
    members, loop_of = _strongly_connected(everybody, ways)
    for way in added:
        loop = members[loop_of[way.target]]
        if not way.carries_spikes or loop_of[way.source] != loop_of[way.target]:
            continue
        try:
            _without_delay(loop, [w for w in ways if loop_of[w.source] == loop_of[w.target] == loop_of[way.target]])
        except graphlib.CycleError as error:
            raise errors.ConnectionError(
                f"Projection '{label}' closes a loop through population '{error.args[1][0].label}' whose delays are "
                "all 0 ms, so that spikes would act on their own causes. Give one of its projections a delay, as in "
                "StaticSynapse(weight=..., delay=1.0)."
            ) from None


def _strongly_connected(populations: Sequence[Any], ways: Iterable[Pathway]) -> tuple[dict[int, list[Any]], Any]:
    """Return the populations of every loop, those in no loop by themselves, by number; and the number of each."""
    place = {population: index for index, population in enumerate(populations)}
    links = np.array([(place[way.source], place[way.target]) for way in ways], np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(links)), tuple(links.T)), shape=(len(place), len(place)))
    _, numbers = connected_components(graph, directed=True, connection="strong")
    members: dict[int, list[Any]] = {}
    for population, number in zip(populations, numbers.tolist(), strict=True):
        members.setdefault(number, []).append(population)
    return members, dict(zip(populations, numbers.tolist(), strict=True))


def _without_delay(populations: Sequence[Any], ways: Iterable[Pathway]) -> list[Any]:
    """Return populations in the order in which spikes travel that have no delay; CycleError if there is none."""
    heard: dict[Any, list[Any]] = {population: [] for population in populations}
    for way in ways:
        if way.projection.delay == 0:
            heard[way.target].append(way.source)
    return list(graphlib.TopologicalSorter(heard).static_order())
