from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator import vic as controller
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.vic import DMA_DONE, FIQ, IRQ, MULTICAST_RECEIVED, TIMER_1

SELECT, ENABLE, DISABLE, SOFT_SET, SOFT_CLEAR, VECTOR, ADDRESSES, CONTROLS = 12, 16, 20, 24, 28, 48, 256, 512


@pytest.fixture
def raise_(core):
    return lambda source, on: controller.raise_(core.words, source, on)


@pytest.fixture
def vic(core):
    """Timer before DMA, packets as fast interrupts, all enabled."""
    vic = core.device(controller)
    for slot, source in enumerate((TIMER_1, DMA_DONE)):
        vic.write(ADDRESSES + 4 * slot, 0x100 + source)
        vic.write(CONTROLS + 4 * slot, 0x20 | source)
    vic.write(SELECT, 1 << MULTICAST_RECEIVED)
    vic.write(ENABLE, 1 << TIMER_1 | 1 << DMA_DONE | 1 << MULTICAST_RECEIVED)
    return vic


def test_enabled_source_reaches_the_line_that_it_is_selected_for(vic, core, raise_):
    raise_(TIMER_1, True)
    assert core.lines == IRQ
    raise_(MULTICAST_RECEIVED, True)
    assert core.lines == IRQ | FIQ
    vic.write(DISABLE, 1 << TIMER_1)
    assert core.lines == FIQ


def test_first_slot_comes_first_and_holds_back_those_behind_it(vic, core, raise_):
    raise_(DMA_DONE, True)
    assert vic.read(VECTOR) == 0x100 + DMA_DONE
    assert core.lines == 0  # its own level is being handled
    raise_(TIMER_1, True)
    assert core.lines == IRQ  # a higher one is not held back
    assert vic.read(VECTOR) == 0x100 + TIMER_1
    raise_(TIMER_1, False)
    vic.write(VECTOR, 0)
    assert core.lines == 0
    vic.write(VECTOR, 0)
    assert core.lines == IRQ  # the source has not been cleared


def test_software_raises_and_clears_a_source(vic, core):
    vic.write(SOFT_SET, 1 << TIMER_1)
    assert core.lines == IRQ
    vic.write(SOFT_CLEAR, 1 << TIMER_1)
    assert core.lines == 0


def test_without_a_slot_the_default_vector_is_read(core, raise_):
    vic = core.device(controller)
    vic.write(0x34, 0xABC)
    vic.write(ENABLE, 1 << TIMER_1)
    raise_(TIMER_1, True)
    assert vic.read(VECTOR) == 0xABC


def test_register_that_is_not_there_is_an_error(vic):
    with pytest.raises(UnmodelledRegister, match="read of register 0x40 of the interrupt controller"):
        vic.read(0x40)
    with pytest.raises(UnmodelledRegister, match="write of register 0x40"):
        vic.write(0x40, 1)


def test_handlers_within_handlers_come_to_an_end(vic):
    """A program that only reads the vector address would need a place for each time."""
    for _ in range(63):
        vic.read(VECTOR)
    with pytest.raises(UnmodelledRegister, match="read of register 0x30"):
        vic.read(VECTOR)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sources=st.integers(0, 2**32 - 1),
    enable=st.integers(0, 2**32 - 1),
    select=st.integers(0, 2**32 - 1),
    order=st.permutations(range(32)),
)
def test_lines_and_vector_follow_from_the_registers(new_core, sources, enable, select, order):
    core = new_core()
    vic = core.device(controller)
    for slot, source in enumerate(order[:16]):
        vic.write(ADDRESSES + 4 * slot, 1000 + source)
        vic.write(CONTROLS + 4 * slot, 0x20 | source)
    vic.write(SELECT, select)
    vic.write(ENABLE, enable)
    for source in range(32):
        controller.raise_(core.words, source, bool(sources >> source & 1))
    irq, fiq = sources & enable & ~select, sources & enable & select
    assert (vic.read(0x00), vic.read(0x04), vic.read(0x08)) == (irq, fiq, sources)
    assert core.lines == (IRQ if irq else 0) | (FIQ if fiq else 0)
    expected = next((1000 + source for source in order[:16] if irq >> source & 1), 0)
    assert vic.read(VECTOR) == expected
