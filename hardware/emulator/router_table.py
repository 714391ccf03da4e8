"""SARK's book-keeping of the multicast table: a copy in SDRAM whose entries chain allocated and free runs.

An entry of the copy has 16 bytes: the index after this run, the next free run (or the owner), route, key, mask. Entry 0
is reserved, so that 0 can mean none.
"""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator.faults import DamagedMemory
from pynn_sfdfa.hardware.emulator.memory import SharedMemory

N_ENTRIES = 1024
ENTRY_SIZE = 16
COPY_SIZE = (N_ENTRIES + 1) * ENTRY_SIZE
FIRST = 1
UNUSED_KEY, UNUSED_MASK = 0xFFFF_FFFF, 0x0000_0000
"""No key matches this: key & mask is never the key of the entry."""

_NEXT, _FREE, _ROUTE, _KEY, _MASK = 0, 2, 4, 8, 12
_OWNED = 0x8000


def initialise(memory: SharedMemory, copy: int, free_list: int) -> None:
    """Make one free run of all entries but entry 0."""
    for index in range(N_ENTRIES):
        set_entry(memory, copy, index, 0, UNUSED_KEY, UNUSED_MASK)
    memory.set_half(free_list, FIRST)
    memory.set_half(copy + ENTRY_SIZE * FIRST + _NEXT, N_ENTRIES)
    memory.set_half(copy + ENTRY_SIZE * FIRST + _FREE, 0)
    memory.set_word(copy + ENTRY_SIZE * N_ENTRIES + _NEXT, 0)


def set_entry(memory: SharedMemory, copy: int, index: int, route: int, key: int, mask: int) -> None:
    """Note an entry in the copy."""
    for field, value in ((_ROUTE, route), (_KEY, key), (_MASK, mask)):
        memory.set_word(copy + ENTRY_SIZE * index + field, value)


def allocate(memory: SharedMemory, copy: int, free_list: int, size: int, app_id: int) -> int | None:
    """Return the first index of a run of entries, None if no free run is long enough."""
    link, last = free_list, 0
    while run := memory.half(link):
        last = _after(last, run)
        entry, after = copy + ENTRY_SIZE * run, run + size
        following = memory.half(entry + _NEXT)
        if after > following:
            link = entry + _FREE
            continue
        if after < following:
            rest = copy + ENTRY_SIZE * after
            memory.set_half(rest + _NEXT, following)
            memory.set_half(rest + _FREE, memory.half(entry + _FREE))
            memory.set_half(entry + _NEXT, after)
            memory.set_half(entry + _FREE, after)
        memory.set_half(link, memory.half(entry + _FREE))
        memory.set_half(entry + _FREE, _OWNED | app_id)
        return run
    return None


def runs(memory: SharedMemory, copy: int) -> list[tuple[int, int, int | None]]:
    """Return (first index, number of entries, owner or None) of all runs in order."""
    found, run = [], FIRST
    while run < N_ENTRIES:
        entry = copy + ENTRY_SIZE * run
        following, owner = _after(run, memory.half(entry + _NEXT)), memory.half(entry + _FREE)
        found.append((run, following - run, owner & 0xFF if owner & _OWNED else None))
        run = following
    return found


def _after(run: int, following: int) -> int:
    """Return the index of a run that comes after another one, as in all chains here."""
    if not run < following <= N_ENTRIES:
        raise DamagedMemory(f"router entry {run} leads to {following}: a program has written over the routing table")
    return following


def release(memory: SharedMemory, copy: int, free_list: int, run: int) -> None:
    """Give a run back, joined with free neighbours."""
    before, after = 0, memory.half(free_list)
    while after and after < run:
        following = memory.half(copy + ENTRY_SIZE * after + _FREE)
        before, after = after, _after(after, following) if following else 0
    memory.set_half(copy + ENTRY_SIZE * run + _FREE, after)
    memory.set_half(copy + ENTRY_SIZE * before + _FREE if before else free_list, run)
    for low, high in ((run, after), (before, run)):
        if low and high and memory.half(copy + ENTRY_SIZE * low + _NEXT) == high:
            for field in (_NEXT, _FREE):
                memory.set_half(copy + ENTRY_SIZE * low + field, memory.half(copy + ENTRY_SIZE * high + field))
