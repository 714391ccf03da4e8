"""The ways of packets that a router has seen before: a table in which compiled code looks them up."""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator.words import Words
from pynn_sfdfa.support.jit import jit

__all__ = ["N_WAYS", "WAY_WORDS", "answered", "asked", "way"]

N_WAYS, WAY_WORDS = 1 << 13, 4
"""Entries, and their words: what is asked, the route, which of the router's counters count it, as bits, and how many
packets have gone that way."""


@jit
def asked(key: int, kind: int, link: int, is_long: bool) -> int:
    """Return in one word, which is not zero, all on which the way of a packet depends."""
    return int(1 << 40 | (link + 1) << 35 | (1 if is_long else 0) << 34 | kind << 32 | key)


def answered(question: int) -> tuple[int, int, int]:
    """Return the key, kind and link that `asked` was given."""
    return question & 0xFFFF_FFFF, question >> 32 & 3, (question >> 35 & 31) - 1


@jit
def way(ways: Words, question: int) -> int:
    """Return where in the table the answer is, or where there is room for it; the table is never full."""
    entry = (question * 0x9E37_79B9 >> 8) % N_WAYS
    while ways[WAY_WORDS * entry] != 0 and ways[WAY_WORDS * entry] != question:
        entry = (entry + 1) % N_WAYS
    return int(WAY_WORDS * entry)
