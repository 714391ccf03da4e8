"""The chips of one 48-chip board (version 5) and the links between them."""

from __future__ import annotations

import struct
from collections import deque
from types import MappingProxyType

__all__ = ["CHIPS", "CORES", "P2P_SELF", "SIZE", "TOWARDS_BOOT", "links", "neighbour", "p2p_table"]

SIZE = 8
CORES = 18
"""Cores on a chip, the monitor's included."""

_LINKS = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))
"""Where link 0 (east) to 5 (south) leads to, in chips."""

CHIPS = frozenset((x, y) for x in range(SIZE) for y in range(SIZE) if -4 <= y - x <= 3)
"""A hexagon: five chips in the lowest and the highest row, eight in the middle."""


def neighbour(x: int, y: int, link: int) -> tuple[int, int] | None:
    """Return the chip that a link of chip (`x`, `y`) leads to; None if it leads off the board."""
    to = x + _LINKS[link][0], y + _LINKS[link][1]
    return to if to in CHIPS else None


def links(x: int, y: int) -> list[int]:
    """Return the links of a chip that lead to another chip of the board."""
    return [link for link in range(len(_LINKS)) if neighbour(x, y, link) is not None]


def _towards_boot() -> dict[tuple[int, int], int]:
    routes: dict[tuple[int, int], int] = {}
    waiting = deque([(0, 0)])
    while waiting:
        here = waiting.popleft()
        for link in links(*here):
            chip = neighbour(*here, link)
            if chip is not None and chip != (0, 0) and chip not in routes:
                routes[chip] = (link + 3) % 6
                waiting.append(chip)
    return routes


TOWARDS_BOOT = MappingProxyType(_towards_boot())
"""For every chip but (0, 0): the link on a shortest way to chip (0, 0)."""


P2P_SELF, _P2P_NONE = 7, 6
_P2P_COLUMN = 128
"""Bytes that the entries of a column take: 256 of them, eight of three bits to a word."""


def p2p_table(x: int, y: int) -> bytes:
    """Return the router's table of ways to other chips, as far as a host reads it.

    It learns from it which chips there are. How messages between chips travel is not modelled, so every chip but
    (`x`, `y`) itself is shown in the direction of link 0.
    """
    table = b""
    for column in range(SIZE):
        word = 0
        for row in range(SIZE):
            there = 0 if (column, row) in CHIPS else _P2P_NONE
            word |= (P2P_SELF if (column, row) == (x, y) else there) << 3 * row
        table += struct.pack("<I", word).ljust(_P2P_COLUMN, b"\0")
    return table
