"""Virtual time: a queue of what happens when, in an order that depends on nothing but the machine and its programs."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from pynn_sfdfa.hardware.emulator.words import (
    EVENTS,
    MOST_EVENTS,
    N_EVENTS,
    ORDER,
    TIME,
    WORLD_WORDS,
    Words,
    array_at,
)
from pynn_sfdfa.support.jit import jit


class Kind(IntEnum):
    """What happens first if two things happen at the same time on the same core."""

    PACKET = 0
    DEVICE = 1
    MONITOR = 2
    RUN = 3


ROUTER = -1
"""Stands for the core in events of a chip's router, which come before those of its cores."""

ACTION, TURN, TIMER_ENDS, DMA_ENDS, ARRIVAL = range(5)
"""What an event is: something that Python does, a core's turn, a timer at zero, the end of a transfer, a packet."""

EVENT_WORDS = 8
WHEN, WHERE, ASKED, CODE, SUBJECT, FIRST_DETAIL, SECOND_DETAIL, THIRD_DETAIL = range(EVENT_WORDS)
"""Words of an event; its place holds x, y, core and kind in this order of weight."""
_KIND_BITS = 3
ROOM = 1 << 14
"""Events for which there must be room before compiled code goes on: a turn of a core asks for no more."""


def place(x: int, y: int, p: int, kind: int = 0) -> int:
    """Return x, y, core (or ``ROUTER``) and kind in one word whose order is theirs."""
    return ((x << 16 | y) << 8 | p + 1) << 2 | kind


@jit
def _comes_before(events: Words, i: int, j: int) -> bool:
    for word in range(ASKED + 1):
        if events[EVENT_WORDS * i + word] != events[EVENT_WORDS * j + word]:
            return bool(events[EVENT_WORDS * i + word] < events[EVENT_WORDS * j + word])
    return False


@jit
def _swap(events: Words, i: int, j: int) -> None:
    for word in range(EVENT_WORDS):
        a, b = EVENT_WORDS * i + word, EVENT_WORDS * j + word
        events[a], events[b] = events[b], events[a]


@jit
def heap_of(world: Words) -> Words:
    """Return the events: a heap whose first one comes next."""
    found: Words = array_at(world[EVENTS], EVENT_WORDS * world[MOST_EVENTS])
    return found


@jit
def push(world: Words, time: int, where: int, code: int, subject: int, first: int, second: int, third: int) -> None:
    """Have something happen at a time, or now if the time has passed; there must be room for it."""
    events, i = heap_of(world), world[N_EVENTS]
    start = EVENT_WORDS * i
    events[start + WHEN], events[start + WHERE] = max(time, world[TIME]), where
    events[start + ASKED], events[start + CODE], events[start + SUBJECT] = world[ORDER], code, subject
    events[start + FIRST_DETAIL], events[start + SECOND_DETAIL], events[start + THIRD_DETAIL] = first, second, third
    world[N_EVENTS], world[ORDER] = i + 1, world[ORDER] + 1
    while i > 0 and _comes_before(events, i, (i - 1) // 2):
        _swap(events, i, (i - 1) // 2)
        i = (i - 1) // 2


@jit
def pop(world: Words) -> None:
    """Take out what comes first, and let the time be its time."""
    events, n, i = heap_of(world), world[N_EVENTS] - 1, 0
    world[TIME], world[N_EVENTS] = events[WHEN], n
    _swap(events, 0, n)
    while True:
        child = 2 * i + 1
        if child >= n:
            return
        if child + 1 < n and _comes_before(events, child + 1, child):
            child += 1
        if not _comes_before(events, child, i):
            return
        _swap(events, i, child)
        i = child


class EventQueue:
    """Events in the order of (time, x, y, core, kind, order of asking); times are cycles of 200 MHz."""

    def __init__(self) -> None:
        self.words = np.zeros(WORLD_WORDS, np.int64)
        self._events = np.zeros(2 * EVENT_WORDS * ROOM, np.int64)
        self.subjects: dict[int, Any] = {}
        """What events are about, by the address of its words, so that it lives as long as they may come."""
        self._actions: dict[int, Callable[[], None]] = {}
        self._note_events()

    @property
    def now(self) -> int:
        """The time."""
        return int(self.words[TIME])

    @now.setter
    def now(self, time: int) -> None:
        self.words[TIME] = time

    def push(self, time: int, x: int, y: int, p: int, kind: Kind, action: Callable[[], None]) -> None:
        """Have something done at a time, or now if the time has passed."""
        number = int(self.words[ORDER])
        self._actions[number] = action
        self.make_room()
        push(self.words, time, place(x, y, p, kind), ACTION, number, 0, 0, 0)

    def holds_others(self, kind: Kind) -> bool:
        """Return whether anything of another kind is still to come."""
        where = self._events[WHERE::EVENT_WORDS][: self.words[N_EVENTS]]
        return bool(np.any(where & _KIND_BITS != kind))

    def first(self) -> tuple[int, ...]:
        """Return the subject and three details of what comes next."""
        return tuple(self._events[SUBJECT : THIRD_DETAIL + 1].tolist())

    def take(self) -> tuple[int, ...]:
        """Take out what comes next; return its subject and three details."""
        first = self.first()
        pop(self.words)
        return first

    def act(self, number: int) -> None:
        """Do something that was asked for."""
        self._actions.pop(number)()

    def make_room(self) -> None:
        """See that there is room for what a turn asks for."""
        if self.words[N_EVENTS] + ROOM > self.words[MOST_EVENTS]:
            self._events = np.concatenate([self._events, np.zeros_like(self._events)])
            self._note_events()

    def _note_events(self) -> None:
        self.words[EVENTS] = self._events.ctypes.data
        self.words[MOST_EVENTS] = self._events.size // EVENT_WORDS
