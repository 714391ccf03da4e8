from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator import heap, router_table
from pynn_sfdfa.hardware.emulator.faults import BadAddress, DamagedMemory
from pynn_sfdfa.hardware.emulator.memory import SharedMemory

BASE, TOP = 0x60000000, 0x60001000
MEMORY = SharedMemory()
FREE_LIST = 0xE5000100


@given(steps=st.lists(st.one_of(st.integers(1, 900), st.integers(-10, -1)), max_size=30))
@example(steps=[5, 1, -2, 1])  # what remains of a block is too small for another
def test_blocks_never_overlap_and_no_byte_is_lost(steps):
    """Positive steps allocate so many bytes, negative ones give one of the blocks back."""
    heap.initialise(MEMORY, BASE, TOP)
    total, own = heap.free_bytes(MEMORY, BASE), {}
    for step in steps:
        if step > 0:
            address = heap.allocate(MEMORY, BASE, step, owner=step & 0xFF)
            if address is not None:
                own[address] = step
            else:
                assert all(block.size < step + 3 & ~3 for block in heap.blocks(MEMORY, BASE) if block.owner is None)
        elif own:
            address = sorted(own)[step % len(own)]
            assert heap.release(MEMORY, BASE, address) == own.pop(address) & 0xFF
        blocks = list(heap.blocks(MEMORY, BASE))
        assert {block.address for block in blocks if block.owner is not None} == set(own)
        assert all(block.size >= own.get(block.address, 0) for block in blocks)
        assert [b.address + b.size + 8 for b in blocks] == [b.address for b in blocks[1:]] + [TOP]
        free = [block.size for block in blocks if block.owner is None]
        assert heap.free_bytes(MEMORY, BASE) == sum(free) + 8 * (len(free) - 1)
    for address in own:
        heap.release(MEMORY, BASE, address)
    assert [block.owner for block in heap.blocks(MEMORY, BASE)] == [None]
    assert heap.free_bytes(MEMORY, BASE) == total


def test_only_a_block_in_use_can_be_given_back():
    heap.initialise(MEMORY, BASE, TOP)
    address = heap.allocate(MEMORY, BASE, 100, owner=1)
    heap.release(MEMORY, BASE, address)
    with pytest.raises(BadAddress, match="no allocated block starts at 0x60000018"):
        heap.release(MEMORY, BASE, address)


@given(steps=st.lists(st.one_of(st.integers(1, 300), st.integers(-10, -1)), max_size=20))
def test_router_entries_are_handed_out_once(steps):
    router_table.initialise(MEMORY, BASE, FREE_LIST)
    own = {}
    for step in steps:
        if step > 0:
            run = router_table.allocate(MEMORY, BASE, FREE_LIST, step, app_id=30)
            if run is not None:
                own[run] = step
            else:
                free = [n for _, n, owner in router_table.runs(MEMORY, BASE) if owner is None]
                assert max(free, default=0) < step
        elif own:
            run = sorted(own)[step % len(own)]
            router_table.release(MEMORY, BASE, FREE_LIST, run)
            del own[run]
        runs = router_table.runs(MEMORY, BASE)
        assert {run: n for run, n, owner in runs if owner == 30} == own
        assert [run + n for run, n, _ in runs] == [run for run, _, _ in runs[1:]] + [router_table.N_ENTRIES]


def test_a_heap_that_a_program_has_written_over_is_named():
    heap.initialise(MEMORY, BASE, TOP)
    blocks = [heap.allocate(MEMORY, BASE, 100, owner=1) for _ in range(3)]
    MEMORY.set_word(blocks[1] - 8, blocks[0] - 8)  # the next block is the one before
    for use in (lambda: list(heap.blocks(MEMORY, BASE)), lambda: heap.release(MEMORY, BASE, blocks[0])):
        with pytest.raises(DamagedMemory, match=f"the heap at {BASE:#010x} has a chain that ends nowhere"):
            use()
    heap.initialise(MEMORY, BASE, TOP)
    free = MEMORY.word(BASE)
    MEMORY.set_word(free, free)
    MEMORY.set_word(free + 4, free)  # the only free block is too small, and the next one is itself
    with pytest.raises(DamagedMemory):
        heap.allocate(MEMORY, BASE, 100, owner=1)


def test_a_routing_table_that_a_program_has_written_over_is_named():
    uses = (
        lambda: router_table.runs(MEMORY, BASE),
        lambda: router_table.allocate(MEMORY, BASE, FREE_LIST, 2000, app_id=30),
        lambda: router_table.release(MEMORY, BASE, FREE_LIST, 900),
    )
    for use in uses:
        router_table.initialise(MEMORY, BASE, FREE_LIST)
        MEMORY.set_half(BASE + 16, 1)  # entry 1 leads to itself, as a run and as a free one
        MEMORY.set_half(BASE + 16 + 2, 1)
        with pytest.raises(DamagedMemory, match="router entry 1 leads to 1: a program has written over the routing"):
            use()
