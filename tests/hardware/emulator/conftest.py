"""A core's clock for devices on their own, and whole machines."""

from __future__ import annotations

import heapq
from itertools import count

import pytest


class Clock:
    """Time that a test moves on; what devices asked for is done when it comes."""

    def __init__(self):
        self.time = 0
        self._events = []
        self._order = count()

    def now(self):
        return self.time

    def at(self, time, action):
        heapq.heappush(self._events, (time, next(self._order), action))

    def advance(self, cycles):
        end = self.time + cycles
        while self._events and self._events[0][0] <= end:
            self.time, _, action = heapq.heappop(self._events)
            action()
        self.time = end


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def new_machine():
    pytest.importorskip("unicorn")
    from pynn_sfdfa.hardware.emulator.machine import Machine

    return Machine
