"""Router of a chip (datasheet, section 10): multicast table, default and fixed routes, diagnostic counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pynn_sfdfa.hardware.emulator.communications import FIXED_ROUTE, MULTICAST, NO_LINK, Packet
from pynn_sfdfa.hardware.emulator.device import unmodelled
from pynn_sfdfa.hardware.emulator.router_diagnostics import Diagnostics
from pynn_sfdfa.hardware.emulator.router_table import N_ENTRIES, UNUSED_KEY, UNUSED_MASK
from pynn_sfdfa.hardware.emulator.ways import N_WAYS, WAY_WORDS, answered, asked, way
from pynn_sfdfa.hardware.emulator.words import N_LINKS

_CONTROL, _STATUS, _FIXED_ROUTE = 0x00, 0x04, 0x84
_ERRORS, _ERRORS_END = 0x08, 0x2C
_DIAGNOSTICS, _DIAGNOSTICS_END = 0x2C, 0x340
_ROUTES, _KEYS, _MASKS, _POINT_TO_POINT = 0x4000, 0x8000, 0xC000, 0x10000
_TABLE_BYTES = 4 * N_ENTRIES
_POINT_TO_POINT_BYTES = 4 * 8192
_NOWHERE_WORD = 0x00DB_6DB6  # eight point-to-point entries of 3 bits that all say 6, nowhere
_AFTER_BOOT = 0x0040_0001  # control: on, wait 256 cycles before a packet is dropped


class Outcome(NamedTuple):
    """Where a packet goes: links in ascending order, then processors in ascending order; nowhere if it is dropped."""

    links: tuple[int, ...]
    cores: tuple[int, ...]

    @property
    def dropped(self) -> bool:
        """Whether nothing takes the packet."""
        return not self.links and not self.cores


class Passage(NamedTuple):
    """What packets have in common that a router has sent the same way.

    ``link`` is the one that they came over, None if from a core of the chip; ``route`` as in ``Route``, 0 if they were
    dropped.
    """

    kind: int
    key: int
    link: int | None
    route: int

    @property
    def is_multicast(self) -> bool:
        """Whether it is of packets between programs, such as spikes."""
        return self.kind == MULTICAST


class Router:
    """Matches a packet against the entries from 0 upwards; the first one with key & mask equal to its own key counts.

    Without a match, a packet that came over a link goes on straight ahead, and one of an own core is dropped.
    """

    def __init__(self) -> None:
        self._control = _AFTER_BOOT
        self._fixed_route = 0
        self._routes = [0] * N_ENTRIES
        self._keys = [UNUSED_KEY] * N_ENTRIES
        self._masks = [UNUSED_MASK] * N_ENTRIES
        self._point_to_point: dict[int, int] = {}
        self._known: dict[int, int | None] = {}
        self._n_ways = 0
        self._passed: Counter[Passage] = Counter()
        self.ways = np.zeros(N_WAYS * WAY_WORDS, np.int64)
        """Where packets go that have come before, as compiled code looks it up."""
        self.diagnostics = Diagnostics()

    def set_entry(self, index: int, route: int, key: int, mask: int) -> None:
        """Write an entry of the multicast table."""
        self._routes[index], self._keys[index], self._masks[index] = route, key, mask
        self._forget()

    def entries(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (index, route, key, mask) of all entries that a key can match."""
        for index, (route, key, mask) in enumerate(zip(self._routes, self._keys, self._masks, strict=True)):
            if key & mask == key:
                yield index, route, key, mask

    def route(self, packet: Packet, link: int | None) -> Outcome:
        """Say where a packet goes that came over a link, or from a core of this chip, and count it."""
        word, default = self._word(packet, link)
        outcome = _split(word)
        self.diagnostics.count(packet, link, default, outcome.links, outcome.cores)
        self._passed[Passage(packet.kind, packet.key, link, word)] += 1
        return outcome

    def outcome(self, packet: Packet, link: int | None) -> Outcome:
        """Say where a packet would go, without counting it."""
        return _split(self._word(packet, link)[0])

    def passed(self) -> Counter[Passage]:
        """Return how many packets have gone which way since the boot."""
        passed = self._passed.copy()
        ways = self.ways.reshape(-1, WAY_WORDS)
        for question, route, _, n in ways[ways[:, 3] > 0].tolist():
            key, kind, link = answered(question)
            passed[Passage(kind, key, None if link == NO_LINK else link, route)] += n
        return passed

    def know(self, packet: Packet, link: int | None) -> None:
        """Let compiled code route packets like this one, as long as nothing is written here."""
        self._n_ways += 1
        if 2 * self._n_ways > N_WAYS:
            self._forget()
        word, default = self._word(packet, link)
        over, is_long = NO_LINK if link is None else link, packet.payload is not None
        question = asked(packet.key, packet.kind, over, is_long)
        counted = self.diagnostics.counting(packet, link, default, *_split(word))
        self.ways[(entry := way(self.ways, question)) : entry + WAY_WORDS - 1] = question, word, counted

    def _forget(self) -> None:
        self._known.clear()
        if self._n_ways:  # a table is written word by word, and most words come when there is nothing to forget
            self._passed = self.passed()
            self._n_ways = 0
            self.ways[:] = 0

    def drop(self, packet: Packet, link: int | None) -> Outcome:
        """Give a packet up, as a router does that waits in vain for the way to become free, and count it."""
        self.diagnostics.count(packet, link, False, (), ())
        self._passed[Passage(packet.kind, packet.key, link, 0)] += 1
        return Outcome((), ())

    def _word(self, packet: Packet, link: int | None) -> tuple[int, bool]:
        if packet.kind == FIXED_ROUTE:
            return self._fixed_route, False
        if packet.kind != MULTICAST:
            return 0, False  # monitors alone send these, and they are not run here
        if packet.key not in self._known:
            self._known[packet.key] = self._match(packet.key)
        found = self._known[packet.key]
        if found is not None:
            return found, False
        return (0 if link is None else 1 << (link + N_LINKS // 2) % N_LINKS), True

    def _match(self, key: int) -> int | None:
        return next((route for _, route, own, mask in self.entries() if key & mask == own), None)

    def read(self, offset: int) -> int:
        """Return a register; keys and masks can only be written."""
        if _ROUTES <= offset < _ROUTES + _TABLE_BYTES:
            return self._routes[(offset - _ROUTES) // 4]
        if _POINT_TO_POINT <= offset < _POINT_TO_POINT + _POINT_TO_POINT_BYTES:
            return self._point_to_point.get(offset, _NOWHERE_WORD)
        if _DIAGNOSTICS <= offset < _DIAGNOSTICS_END and offset != _FIXED_ROUTE:
            return self.diagnostics.read(offset)
        if offset == _CONTROL:
            return self._control
        if offset == _FIXED_ROUTE:
            return self._fixed_route
        if offset == _STATUS or _ERRORS <= offset < _ERRORS_END:
            return 0
        raise unmodelled("router", "read", offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register."""
        self._forget()
        for base, table in ((_ROUTES, self._routes), (_KEYS, self._keys), (_MASKS, self._masks)):
            if base <= offset < base + _TABLE_BYTES:
                table[(offset - base) // 4] = value
                return
        if _POINT_TO_POINT <= offset < _POINT_TO_POINT + _POINT_TO_POINT_BYTES:
            self._point_to_point[offset] = value
        elif offset == _CONTROL:
            self._control = value
        elif offset == _FIXED_ROUTE:
            self._fixed_route = value
        elif _DIAGNOSTICS <= offset < _DIAGNOSTICS_END:
            self.diagnostics.write(offset, value)
        elif not _ERRORS <= offset < _ERRORS_END:
            raise unmodelled("router", "write", offset)


def _split(word: int) -> Outcome:
    """Take a route apart: bits 0-5 are links, bit 6 + p is processor p."""
    links = tuple(i for i in range(N_LINKS) if word >> i & 1)
    cores = word >> N_LINKS
    return Outcome(links, tuple(p for p in range(cores.bit_length()) if cores >> p & 1))
