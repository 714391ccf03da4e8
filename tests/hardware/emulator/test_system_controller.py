from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.system_controller import SystemController

SET_IRQ, CLEAR_IRQ, SET_FLAG, CLEAR_FLAG, SLEEP, SET_LOCK, FREE_LOCK = 8, 12, 0x58, 0x5C, 0x64, 0x100, 0x180
CODE = 0x5EC00000


@pytest.fixture
def interrupts():
    return []


@pytest.fixture
def controller(interrupts):
    return SystemController(lambda cores, on: interrupts.append((cores, on)), lambda: 0b1010)


def test_lock_is_held_by_whom_read_it_first(controller):
    assert [controller.read(SET_LOCK + 4 * 3) >> 31 for _ in range(3)] == [0, 1, 1]
    assert controller.read(SET_LOCK) >> 31 == 0  # another lock
    assert controller.read(FREE_LOCK + 4 * 3) >> 31 == 1
    assert controller.read(SET_LOCK + 4 * 3) >> 31 == 0


def test_interrupts_need_the_code(controller, interrupts):
    controller.write(SET_IRQ, 0b110)
    controller.write(SET_IRQ, CODE | 0b110)
    controller.write(CLEAR_IRQ, CODE | 0b100)
    assert interrupts == [(0b110, True), (0b100, False)]


def test_flags_are_set_and_cleared(controller):
    controller.write(SET_FLAG, 0b111)
    controller.write(CLEAR_FLAG, 0b010)
    assert controller.read(SET_FLAG) == controller.read(CLEAR_FLAG) == 0b101


def test_it_knows_chip_monitor_and_sleepers(controller):
    assert (controller.read(0), controller.read(0x34), controller.read(SLEEP)) == (0x59111012, 0, 0b1010)
    controller.write(0x10, 0b11)
    controller.write(0x14, 0b01)
    assert controller.read(0x10) == 0b10


def test_register_that_is_not_there_is_an_error(controller):
    with pytest.raises(UnmodelledRegister):
        controller.read(0x300)
    with pytest.raises(UnmodelledRegister):
        controller.write(0x300, 1)
