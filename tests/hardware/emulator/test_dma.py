from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator.dma import DMA, Transfer
from pynn_sfdfa.hardware.emulator.faults import BadAddress, UnmodelledRegister

SYSTEM, TCM, DESCRIPTION, CONTROL, STATUS, GLOBAL = 4, 8, 12, 16, 20, 24
TO_SYSTEM, CLEAR_DONE, ABORT_ALL = 1 << 19, 0x08, 0x3F
ACTIVE, WAITING, DONE, BOTH_DONE, ERROR = 1, 4, 1 << 10, 1 << 11, 1 << 13
SDRAM, DTCM = 0x60001000, 0x400100


@pytest.fixture
def copied():
    return []


@pytest.fixture
def raised():
    return []


@pytest.fixture
def dma(clock, copied, raised):
    def copy(source, target, n):
        if source == 0xBAD:
            raise BadAddress("nothing there")
        copied.append((clock.time, source, target, n))

    dma = DMA(clock, 7, copy, lambda done, error: raised.append((clock.time, done, error)))
    dma.write(GLOBAL, 0xC00)
    raised.clear()
    return dma


def ask(dma, n, flags=0, system=SDRAM):
    dma.write(SYSTEM, system)
    dma.write(TCM, DTCM)
    dma.write(DESCRIPTION, n | flags)


def test_transfer_moves_bytes_and_ends_later(dma, clock, copied, raised):
    ask(dma, 64)
    assert copied == [(0, SDRAM, DTCM, 64)]
    assert dma.read(STATUS) == 7 << 24 | ACTIVE
    time = Transfer(SDRAM, DTCM, 64).cycles()
    clock.advance(time - 1)
    assert not dma.read(STATUS) & DONE
    clock.advance(1)
    assert dma.read(STATUS) == 7 << 24 | DONE
    assert raised == [(time, True, False)]


def test_to_system_writes_the_other_way(dma, copied):
    ask(dma, 8, TO_SYSTEM)
    assert copied == [(0, DTCM, SDRAM, 8)]


def test_second_transfer_waits_for_the_first(dma, clock, copied):
    ask(dma, 100)
    ask(dma, 20)
    assert dma.read(STATUS) & WAITING
    first = Transfer(0, 0, 100).cycles()
    clock.advance(first)
    assert [(time, n) for time, _, _, n in copied] == [(0, 100), (first, 20)]
    clock.advance(Transfer(0, 0, 20).cycles())
    assert dma.read(STATUS) & BOTH_DONE
    dma.write(CONTROL, CLEAR_DONE)
    assert dma.read(STATUS) & (DONE | BOTH_DONE) == DONE
    dma.write(CONTROL, CLEAR_DONE)
    assert not dma.read(STATUS) & DONE


def test_core_that_looks_sees_the_end_before_it_is_told(dma, clock):
    ask(dma, 16)
    clock.time = Transfer(0, 0, 16).cycles()  # the core has run ahead
    assert dma.read(STATUS) & DONE


def test_abort_forgets_transfers(dma, clock, raised):
    ask(dma, 16)
    ask(dma, 16)
    dma.write(CONTROL, ABORT_ALL)
    clock.advance(10_000)
    assert dma.read(STATUS) == 7 << 24
    assert not any(done for _, done, _ in raised)


def test_bad_address_is_an_error_that_interrupts(dma, clock, raised):
    ask(dma, 16, system=0xBAD)
    clock.advance(1000)
    assert dma.read(STATUS) & ERROR
    assert raised[-1][2]
    dma.write(CONTROL, 0x20)
    assert not dma.read(STATUS) & ERROR


def test_no_interrupt_unless_enabled(dma, clock, raised):
    dma.write(GLOBAL, 0)
    ask(dma, 16)
    clock.advance(1000)
    assert not any(done for _, done, _ in raised)


def test_registers_read_back(dma):
    ask(dma, 12)
    assert [dma.read(r) for r in (SYSTEM, TCM, DESCRIPTION, CONTROL, GLOBAL, 0x40)] == [SDRAM, DTCM, 12, 0, 0xC00, 0]
    with pytest.raises(UnmodelledRegister):
        dma.read(0x104)
    with pytest.raises(UnmodelledRegister):
        dma.write(0x104, 0)
