"""Communications controller of a core (datasheet, section 8): packets out and in.

A packet is sent when its key is written; those that arrived are held until their keys are read. A packet leaves at once
and any number may wait here: the emulated network never backs up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pynn_sfdfa.hardware.emulator import vic
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND
from pynn_sfdfa.hardware.emulator.device import UNMODELLED, world_of
from pynn_sfdfa.hardware.emulator.events import ARRIVAL, push
from pynn_sfdfa.hardware.emulator.words import (
    CHIP,
    CHIP_PLACE,
    CHIP_WORDS,
    DATA,
    FIRST,
    HAS_DATA,
    N_RECEIVED,
    NOW,
    PACKET_WORDS,
    RING,
    ROOM,
    SOURCE_ADDRESS,
    TRANSMIT_CONTROL,
    Words,
    array_at,
)
from pynn_sfdfa.support.jit import jit

NAME = "communications controller"
_TRANSMIT_CONTROL, _TRANSMIT_DATA, _TRANSMIT_KEY = 0x00, 0x04, 0x08
_RECEIVE_STATUS, _RECEIVE_DATA, _RECEIVE_KEY, _SOURCE_ADDRESS = 0x0C, 0x10, 0x14, 0x18

# Transmit control says: empty, not full. Bit 30 (has been full) and bit 29 (overrun) are never set.
_EMPTY, _NOT_FULL = 1 << 31, 1 << 28
_RECEIVED = 1 << 31  # receive status
_CONTROL_FIELD = 0x00FF_0000  # the control byte of a packet, in transmit control and receive status alike
_PAYLOAD, _KIND_SHIFT = 1 << 17, 22

MULTICAST, POINT_TO_POINT, NEAREST_NEIGHBOUR, FIXED_ROUTE = range(4)
"""Bits 7:6 of a packet's control byte."""

NO_PAYLOAD, NO_LINK = -1, -1
_SOURCES = 1 << vic.PACKET_RECEIVED | 1 << vic.MULTICAST_RECEIVED | 1 << vic.FIXED_ROUTE_RECEIVED
_FIRST_ROOM = 64

_INJECTION_CYCLES = CYCLES_PER_MICROSECOND // 5
"""From a core to its router, on an idle machine; an estimate."""


class Packet(NamedTuple):
    """A packet; ``payload`` is None for a short one (40 bits), else its 32 bits more."""

    kind: int
    key: int
    payload: int | None


@jit
def travel(kind: int, link: int, hops: int) -> int:
    """Return in one word what a packet on its way is, over which link it comes, if any, and over how many it came."""
    return (hops << 3 | link + 1) << 2 | kind


@jit
def travelled(word: int) -> tuple[int, int, int]:
    """Return kind, link and hops."""
    return word & 3, (word >> 2 & 7) - 1, word >> 5


def new_ring(core: Words, old: Words | None = None) -> Words:
    """Return twice the room for packets that wait, with those that do, and let a core have it."""
    ring = np.zeros(_FIRST_ROOM * PACKET_WORDS if old is None else 2 * old.size, np.int64)
    if old is not None:  # in the order in which they came
        ring[: old.size] = np.roll(old, -int(core[FIRST]) * PACKET_WORDS)
    core[RING], core[ROOM], core[FIRST] = ring.ctypes.data, ring.size // PACKET_WORDS, 0
    return ring


@jit
def _ring(core: Words) -> Words:
    found: Words = array_at(core[RING], PACKET_WORDS * core[ROOM])
    return found


@jit
def _announce(core: Words) -> None:
    """Raise the sources of the packet that is read next."""
    on = 0
    if core[N_RECEIVED]:
        kind = _ring(core)[PACKET_WORDS * core[FIRST]]
        on = 1 << vic.PACKET_RECEIVED
        on |= 1 << vic.FIXED_ROUTE_RECEIVED if kind == FIXED_ROUTE else 1 << vic.MULTICAST_RECEIVED
    vic.set_sources(core, _SOURCES, on)


@jit
def is_full(core: Words) -> bool:
    """Return whether a core needs more room before it can receive."""
    return bool(core[N_RECEIVED] == core[ROOM])


@jit
def receive(core: Words, kind: int, key: int, payload: int) -> None:
    """Take a packet from the router; there must be room for it."""
    ring, at = _ring(core), PACKET_WORDS * ((core[FIRST] + core[N_RECEIVED]) % core[ROOM])
    ring[at], ring[at + 1], ring[at + 2] = kind, key, payload
    core[N_RECEIVED] += 1
    if core[N_RECEIVED] == 1:
        _announce(core)


@jit
def _take(core: Words) -> int:
    if core[N_RECEIVED] == 0:
        return 0
    key = _ring(core)[PACKET_WORDS * core[FIRST] + 1]
    core[FIRST], core[N_RECEIVED] = (core[FIRST] + 1) % core[ROOM], core[N_RECEIVED] - 1
    _announce(core)
    return int(key)


@jit
def _send(core: Words, key: int) -> None:
    # Data written since the last packet make this one long, whatever transmit control says.
    payload = core[DATA] if core[HAS_DATA] else NO_PAYLOAD
    core[HAS_DATA] = 0
    chip, way = array_at(core[CHIP], CHIP_WORDS), travel(core[TRANSMIT_CONTROL] >> _KIND_SHIFT & 3, NO_LINK, 0)
    push(world_of(core), core[NOW] + _INJECTION_CYCLES, chip[CHIP_PLACE], ARRIVAL, core[CHIP], key, way, payload)


@jit
def read(core: Words, offset: int) -> int:
    """Return a register; reading the key of a received packet takes it out."""
    found, there, at = UNMODELLED, core[N_RECEIVED] > 0, PACKET_WORDS * core[FIRST]
    if offset == _RECEIVE_STATUS:
        found = 0
        if there:
            ring = _ring(core)
            found = _RECEIVED | ring[at] << _KIND_SHIFT | (_PAYLOAD if ring[at + 2] != NO_PAYLOAD else 0)
    elif offset == _RECEIVE_DATA:
        found = max(0, _ring(core)[at + 2]) if there else 0
    elif offset == _RECEIVE_KEY:
        found = _take(core)
    elif offset == _TRANSMIT_CONTROL:
        found = _EMPTY | _NOT_FULL | core[TRANSMIT_CONTROL] & _CONTROL_FIELD
    elif offset == _SOURCE_ADDRESS:
        found = core[SOURCE_ADDRESS]
    return int(found)


@jit
def write(core: Words, offset: int, value: int) -> bool:
    """Write a register; writing the key sends a packet."""
    if offset == _TRANSMIT_CONTROL:
        core[TRANSMIT_CONTROL] = value
    elif offset == _TRANSMIT_DATA:
        core[HAS_DATA], core[DATA] = 1, value
    elif offset == _TRANSMIT_KEY:
        _send(core, value)
    elif offset == _SOURCE_ADDRESS:
        core[SOURCE_ADDRESS] = value
    elif offset != _RECEIVE_STATUS:  # clears error flags, and there are no errors
        return False
    return True
