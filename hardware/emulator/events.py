"""Virtual time: a queue of what happens when, in an order that depends on nothing but the machine and its programs."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from enum import IntEnum
from itertools import count


class Kind(IntEnum):
    """What happens first if two things happen at the same time on the same core."""

    PACKET = 0
    DEVICE = 1
    MONITOR = 2
    RUN = 3


ROUTER = -1
"""Stands for the core in events of a chip's router, which come before those of its cores."""


class EventQueue:
    """Events in the order of (time, x, y, core, kind, order of asking); times are cycles of 200 MHz."""

    def __init__(self) -> None:
        self.now = 0
        self._events: list[tuple[int, int, int, int, int, int, Callable[[], None]]] = []
        self._order = count()

    def push(self, time: int, x: int, y: int, p: int, kind: Kind, action: Callable[[], None]) -> None:
        """Have something done at a time, or now if the time has passed."""
        heapq.heappush(self._events, (max(time, self.now), x, y, p, int(kind), next(self._order), action))

    def holds_others(self, kind: Kind) -> bool:
        """Return whether anything of another kind is still to come."""
        return any(event[4] != kind for event in self._events)

    def step(self, until: int) -> bool:
        """Do what comes next, if it comes at this time at the latest; return whether there was anything."""
        if not self._events or self._events[0][0] > until:
            return False
        time, *_, action = heapq.heappop(self._events)
        self.now = time
        action()
        return True
