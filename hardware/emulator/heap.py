"""SARK's heaps: chained blocks in the memory of the chip itself, so that cores and host allocate from the same ones.

A heap starts with four words: first free block, first block, last block (of size zero, never used), free bytes. A block
starts with two words: the next block in address order, and the next free one; in a block that is in use the latter
holds 0xffff, the application and its tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pynn_sfdfa.hardware.emulator.faults import BadAddress, DamagedMemory
from pynn_sfdfa.hardware.emulator.memory import SharedMemory

_HEADER, _BLOCK = 16, 8
_FREE, _FIRST, _LAST, _FREE_BYTES = 0, 4, 8, 12
_NEXT, _NEXT_FREE = 0, 4


class Block(NamedTuple):
    """A block of a heap without its own header; ``owner`` is ``app_id << 8 | tag``, None if the block is free."""

    address: int
    size: int
    owner: int | None


def initialise(memory: SharedMemory, base: int, top: int) -> None:
    """Make one free block of all the room from ``base`` to ``top``."""
    first, last = base + _HEADER, top - _BLOCK
    for address, values in ((base, (first, first, last, last - first - _BLOCK)), (first, (last, 0)), (last, (0, 0))):
        for i, value in enumerate(values):
            memory.set_word(address + 4 * i, value)


def allocate(memory: SharedMemory, heap: int, size: int, owner: int) -> int | None:
    """Return the address of a new block from the first free one that is large enough, None if there is none."""
    needed = (size + 3 & ~3) + _BLOCK
    link, seen = heap + _FREE, set[int]()
    while free := memory.word(link):
        _check_new(heap, free, seen)
        following, new = memory.word(free + _NEXT), free + needed
        if new > following:
            link = free + _NEXT_FREE
            continue
        if new + _BLOCK < following:  # what would remain is more than a header
            memory.set_word(new + _NEXT, following)
            memory.set_word(new + _NEXT_FREE, memory.word(free + _NEXT_FREE))
            memory.set_word(free + _NEXT, new)
            memory.set_word(free + _NEXT_FREE, new)
        memory.set_word(link, memory.word(free + _NEXT_FREE))
        taken = memory.word(free + _NEXT) - free  # a remainder too small for a block goes along
        memory.set_word(heap + _FREE_BYTES, memory.word(heap + _FREE_BYTES) - taken)
        memory.set_word(free + _NEXT_FREE, 0xFFFF_0000 | owner)
        return free + _BLOCK
    return None


def release(memory: SharedMemory, heap: int, address: int) -> int:
    """Give a block back, joined with free neighbours; return its owner.

    Raises
    ------
    BadAddress
        No block in use starts at this address.
    """
    used = {block.address: block for block in blocks(memory, heap) if block.owner is not None}
    if address not in used:
        raise BadAddress(f"no allocated block starts at {address:#010x}")
    block = address - _BLOCK
    size = memory.word(block + _NEXT) - block
    memory.set_word(heap + _FREE_BYTES, memory.word(heap + _FREE_BYTES) + size)
    before, after, seen = 0, memory.word(heap + _FREE), set[int]()
    while after and after < block:
        _check_new(heap, after, seen)
        before, after = after, memory.word(after + _NEXT_FREE)
    memory.set_word(block + _NEXT_FREE, after)
    memory.set_word(before + _NEXT_FREE if before else heap + _FREE, block)
    for low, high in ((block, after), (before, block)):
        if low and high and memory.word(low + _NEXT) == high:
            memory.set_word(low + _NEXT, memory.word(high + _NEXT))
            memory.set_word(low + _NEXT_FREE, memory.word(high + _NEXT_FREE))
    owner = used[address].owner
    assert owner is not None
    return owner


def blocks(memory: SharedMemory, heap: int) -> Iterator[Block]:
    """Yield all blocks in address order."""
    block, seen = memory.word(heap + _FIRST), set[int]()
    while following := memory.word(block + _NEXT):
        _check_new(heap, block, seen)
        state = memory.word(block + _NEXT_FREE)
        owner = state & 0xFFFF if state >> 16 == 0xFFFF else None
        yield Block(block + _BLOCK, following - block - _BLOCK, owner)
        block = following


def _check_new(heap: int, block: int, seen: set[int]) -> None:
    """Raise unless a chain comes to a block for the first time."""
    if block in seen:
        raise DamagedMemory(f"the heap at {heap:#010x} has a chain that ends nowhere: a program has written over it")
    seen.add(block)


def free_bytes(memory: SharedMemory, heap: int) -> int:
    """Return how many bytes are free in all blocks."""
    return memory.word(heap + _FREE_BYTES)
