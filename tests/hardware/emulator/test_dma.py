from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator import dma as controller
from pynn_sfdfa.hardware.emulator.dma import cycles
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.vic import DMA_DONE, DMA_ERROR

SYSTEM, TCM, DESCRIPTION, CONTROL, STATUS, GLOBAL = 4, 8, 12, 16, 20, 24
TO_SYSTEM, CLEAR_DONE, ABORT_ALL = 1 << 19, 0x08, 0x3F
ACTIVE, WAITING, DONE, BOTH_DONE, ERROR = 1, 4, 1 << 10, 1 << 11, 1 << 13
SDRAM, DTCM = 0x60001000, 0x400100


@pytest.fixture
def dma(core):
    """What is copied says where from: SDRAM holds ones, DTCM twos."""
    core.memory.write(SDRAM, bytes([1]) * 128)
    core.dtcm.bytes[DTCM - 0x400000 : DTCM - 0x400000 + 128] = bytes([2]) * 128
    dma = core.device(controller)
    dma.write(GLOBAL, 0xC00)
    return dma


def in_dtcm(core, n=128):
    return bytes(core.dtcm.bytes[DTCM - 0x400000 : DTCM - 0x400000 + n])


def ask(dma, n, flags=0, system=SDRAM):
    dma.write(SYSTEM, system)
    dma.write(TCM, DTCM)
    dma.write(DESCRIPTION, n | flags)


def test_transfer_moves_bytes_and_ends_later(dma, core):
    ask(dma, 64)
    assert in_dtcm(core) == bytes([1]) * 64 + bytes([2]) * 64
    assert dma.read(STATUS) == 7 << 24 | ACTIVE
    time = cycles(64)
    core.advance(time - 1)
    assert not dma.read(STATUS) & DONE
    core.advance(1)
    assert dma.read(STATUS) == 7 << 24 | DONE
    assert core.rises(DMA_DONE) == [time]
    assert core.rises(DMA_ERROR) == []


def test_to_system_writes_the_other_way(dma, core):
    ask(dma, 8, TO_SYSTEM)
    assert core.memory.read(SDRAM, 16) == bytes([2]) * 8 + bytes([1]) * 8


@pytest.mark.parametrize("shift", [-4, 4])
def test_ranges_that_overlap_are_copied_as_if_they_did_not(dma, core, shift):
    core.memory.write(SDRAM, bytes(range(32)))
    dma.write(SYSTEM, SDRAM + 8)
    dma.write(TCM, SDRAM + 8 + shift)
    dma.write(DESCRIPTION, 16)
    assert core.memory.read(SDRAM + 8 + shift, 16) == bytes(range(8, 24))


def test_second_transfer_waits_for_the_first(dma, core):
    ask(dma, 100)
    core.memory.write(SDRAM, bytes([3]) * 20)
    ask(dma, 20)
    assert dma.read(STATUS) & WAITING
    first = cycles(100)
    core.advance(first - 1)
    assert in_dtcm(core, 20) == bytes([1]) * 20
    core.advance(1)
    assert in_dtcm(core, 20) == bytes([3]) * 20
    core.advance(cycles(20))
    assert dma.read(STATUS) & BOTH_DONE
    dma.write(CONTROL, CLEAR_DONE)
    assert dma.read(STATUS) & (DONE | BOTH_DONE) == DONE
    dma.write(CONTROL, CLEAR_DONE)
    assert not dma.read(STATUS) & DONE


def test_core_that_looks_sees_the_end_before_it_is_told(dma, core):
    ask(dma, 16)
    core.run_ahead(cycles(16))
    assert dma.read(STATUS) & DONE


def test_abort_forgets_transfers(dma, core):
    ask(dma, 16)
    ask(dma, 16)
    dma.write(CONTROL, ABORT_ALL)
    core.advance(10_000)
    assert dma.read(STATUS) == 7 << 24
    assert core.rises(DMA_DONE) == []


def test_bad_address_is_an_error_that_interrupts(dma, core):
    ask(dma, 16, system=0x50000000)
    core.advance(1000)
    assert dma.read(STATUS) & ERROR
    assert core.rises(DMA_ERROR) == [cycles(16)]
    dma.write(CONTROL, 0x20)
    assert not dma.read(STATUS) & ERROR


def test_no_interrupt_unless_enabled(dma, core):
    dma.write(GLOBAL, 0)
    ask(dma, 16)
    core.advance(1000)
    assert core.rises(DMA_DONE) == []


def test_registers_read_back(dma):
    ask(dma, 12)
    assert [dma.read(r) for r in (SYSTEM, TCM, DESCRIPTION, CONTROL, GLOBAL, 0x40)] == [SDRAM, DTCM, 12, 0, 0xC00, 0]
    with pytest.raises(UnmodelledRegister):
        dma.read(0x104)
    with pytest.raises(UnmodelledRegister):
        dma.write(0x104, 0)
