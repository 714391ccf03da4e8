from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.vic import DMA_DONE, FIQ, IRQ, MULTICAST_RECEIVED, TIMER_1, VIC

SELECT, ENABLE, DISABLE, SOFT_SET, SOFT_CLEAR, VECTOR, ADDRESSES, CONTROLS = 12, 16, 20, 24, 28, 48, 256, 512


class Lines:
    state = 0

    def set(self, lines):
        self.state = lines


@pytest.fixture
def lines():
    return Lines()


@pytest.fixture
def vic(lines):
    """Timer before DMA, packets as fast interrupts, all enabled."""
    vic = VIC(lines.set)
    for slot, source in enumerate((TIMER_1, DMA_DONE)):
        vic.write(ADDRESSES + 4 * slot, 0x100 + source)
        vic.write(CONTROLS + 4 * slot, 0x20 | source)
    vic.write(SELECT, 1 << MULTICAST_RECEIVED)
    vic.write(ENABLE, 1 << TIMER_1 | 1 << DMA_DONE | 1 << MULTICAST_RECEIVED)
    return vic


def test_enabled_source_reaches_the_line_that_it_is_selected_for(vic, lines):
    vic.raise_(TIMER_1, True)
    assert lines.state == IRQ
    vic.raise_(MULTICAST_RECEIVED, True)
    assert lines.state == IRQ | FIQ
    vic.write(DISABLE, 1 << TIMER_1)
    assert lines.state == FIQ


def test_first_slot_comes_first_and_holds_back_those_behind_it(vic, lines):
    vic.raise_(DMA_DONE, True)
    assert vic.read(VECTOR) == 0x100 + DMA_DONE
    assert lines.state == 0  # its own level is being handled
    vic.raise_(TIMER_1, True)
    assert lines.state == IRQ  # a higher one is not held back
    assert vic.read(VECTOR) == 0x100 + TIMER_1
    vic.raise_(TIMER_1, False)
    vic.write(VECTOR, 0)
    assert lines.state == 0
    vic.write(VECTOR, 0)
    assert lines.state == IRQ  # the source has not been cleared


def test_software_raises_and_clears_a_source(vic, lines):
    vic.write(SOFT_SET, 1 << TIMER_1)
    assert lines.state == IRQ
    vic.write(SOFT_CLEAR, 1 << TIMER_1)
    assert lines.state == 0


def test_without_a_slot_the_default_vector_is_read(lines):
    vic = VIC(lines.set)
    vic.write(0x34, 0xABC)
    vic.write(ENABLE, 1 << TIMER_1)
    vic.raise_(TIMER_1, True)
    assert vic.read(VECTOR) == 0xABC


def test_register_that_is_not_there_is_an_error(vic):
    with pytest.raises(UnmodelledRegister, match="read of register 0x40 of the interrupt controller"):
        vic.read(0x40)
    with pytest.raises(UnmodelledRegister, match="write of register 0x40"):
        vic.write(0x40, 1)


@given(
    sources=st.integers(0, 2**32 - 1),
    enable=st.integers(0, 2**32 - 1),
    select=st.integers(0, 2**32 - 1),
    order=st.permutations(range(32)),
)
def test_lines_and_vector_follow_from_the_registers(sources, enable, select, order):
    lines = Lines()
    vic = VIC(lines.set)
    for slot, source in enumerate(order[:16]):
        vic.write(ADDRESSES + 4 * slot, 1000 + source)
        vic.write(CONTROLS + 4 * slot, 0x20 | source)
    vic.write(SELECT, select)
    vic.write(ENABLE, enable)
    for source in range(32):
        vic.raise_(source, bool(sources >> source & 1))
    irq, fiq = sources & enable & ~select, sources & enable & select
    assert (vic.read(0x00), vic.read(0x04), vic.read(0x08)) == (irq, fiq, sources)
    assert lines.state == (IRQ if irq else 0) | (FIQ if fiq else 0)
    expected = next((1000 + source for source in order[:16] if irq >> source & 1), 0)
    assert vic.read(VECTOR) == expected
