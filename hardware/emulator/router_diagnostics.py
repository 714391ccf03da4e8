"""The router's 16 diagnostic counters, each with a filter that says which packets it counts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pynn_sfdfa.hardware.emulator.communications import Packet
from pynn_sfdfa.hardware.emulator.device import unmodelled
from pynn_sfdfa.hardware.emulator.words import N_COUNTERS

_ENABLE, _FILTERS, _COUNTERS = 0x2C, 0x200, 0x300

# Fields of a filter: a packet is counted if, in each field, the bit of what it is is set.
_KIND, _NOT_REROUTED, _DEFAULT, _PAYLOAD, _SOURCE, _TARGET = 0, 4, 10, 12, 14, 16
_DEFAULT_ROUTED, _BY_TABLE = 1, 2
_LONG, _SHORT = 1, 2
_FROM_CORE, _FROM_LINK = 1, 2
_DROPPED, _TO_CORE, _TO_MONITOR, _TO_LINK = 1, 2, 4, 8

# What SCAMP counts: packets of each kind from cores, from links, and dropped; four counters are free for users.
_AFTER_BOOT = (
    *(value for kind in (1, 2, 4, 8) for value in (0x01FE_7CF0 | kind, 0x01FE_BCF0 | kind)),
    *(0x0001_FCF0 | kind for kind in (1, 2, 4, 8)),
    *(0,) * 4,
)


class Diagnostics:
    """Counters 0 to 15, on from the boot."""

    def __init__(self) -> None:
        self._filters = list(_AFTER_BOOT)
        self._enabled = 0xFFFF
        self.counters = np.zeros(N_COUNTERS, np.int64)

    def count(
        self, packet: Packet, link: int | None, default: bool, links: tuple[int, ...], cores: tuple[int, ...]
    ) -> None:
        """Count a packet in all counters whose filters let it pass."""
        counting = self.counting(packet, link, default, links, cores)
        for i in range(N_COUNTERS):
            if counting >> i & 1:
                self.counters[i] = self.counters[i] + 1 & 0xFFFF_FFFF

    def counting(
        self, packet: Packet, link: int | None, default: bool, links: tuple[int, ...], cores: tuple[int, ...]
    ) -> int:
        """Return the counters that count a packet, as bits."""
        matching = _matching(tuple(self._filters), _attributes(packet, link, default, links, cores))
        return sum(1 << i for i in matching) & self._enabled

    def read(self, offset: int) -> int:
        """Return a register."""
        if _FILTERS <= offset < _FILTERS + 4 * N_COUNTERS:
            return self._filters[(offset - _FILTERS) // 4]
        if _COUNTERS <= offset < _COUNTERS + 4 * N_COUNTERS:
            return int(self.counters[(offset - _COUNTERS) // 4])
        if offset == _ENABLE:
            return self._enabled
        raise unmodelled("router", "read", offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register; the upper half of the enable register clears counters."""
        if _FILTERS <= offset < _FILTERS + 4 * N_COUNTERS:
            self._filters[(offset - _FILTERS) // 4] = value
        elif _COUNTERS <= offset < _COUNTERS + 4 * N_COUNTERS:
            self.counters[(offset - _COUNTERS) // 4] = value
        elif offset == _ENABLE:
            self._enabled = value & 0xFFFF
            for i in range(N_COUNTERS):
                if value >> (16 + i) & 1:
                    self.counters[i] = 0
        else:
            raise unmodelled("router", "write", offset)


def _attributes(
    packet: Packet, link: int | None, default: bool, links: tuple[int, ...], cores: tuple[int, ...]
) -> tuple[int, ...]:
    """Return what a packet is, one value per field, in the order of ``_matching``."""
    target = sum(_TO_LINK << i for i in links) | (_TO_MONITOR if 0 in cores else 0) | (_TO_CORE if any(cores) else 0)
    return (
        1 << packet.kind,
        _DEFAULT_ROUTED if default else _BY_TABLE,
        _SHORT if packet.payload is None else _LONG,
        _FROM_CORE if link is None else _FROM_LINK,
        target or _DROPPED,
    )


@lru_cache(maxsize=4096)
def _matching(filters: tuple[int, ...], attributes: tuple[int, ...]) -> tuple[int, ...]:
    kind, default, payload, source, target = attributes
    needed = (
        (_KIND, 0xF, kind),
        (_NOT_REROUTED, 0xF, 1),
        (_DEFAULT, 3, default),
        (_PAYLOAD, 3, payload),
        (_SOURCE, 3, source),
        (_TARGET, 0x1FF, target),
    )
    return tuple(
        i for i, value in enumerate(filters) if all(value >> shift & mask & bits for shift, mask, bits in needed)
    )
