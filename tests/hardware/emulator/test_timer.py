from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator import timer as timers
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.vic import TIMER_1, TIMER_2
from pynn_sfdfa.hardware.emulator.words import ORDER

LOAD, COUNT, CONTROL, CLEAR, RAW, MASKED, BACKGROUND = 0, 4, 8, 12, 16, 20, 24
PERIODIC = 0xE2  # on, periodic, interrupt enabled, 32 bits


@pytest.fixture
def timer(core):
    return core.device(timers)


def test_periodic_timer_interrupts_once_a_period(timer, core):
    timer.write(LOAD, 1000)
    timer.write(CONTROL, PERIODIC)
    for cycles in (1500, 1000, 1000):
        timer.write(CLEAR, 1)
        core.advance(cycles)
    assert core.rises(TIMER_1) == [1000, 2000, 3000]
    assert timer.read(COUNT) == 500
    assert timer.read(RAW) == timer.read(MASKED) == 1
    timer.write(CLEAR, 1)
    assert timer.read(RAW) == 0
    assert core.seen[-1] == (3500, 0)


def test_background_load_counts_from_the_next_period_on(timer, core):
    timer.write(LOAD, 1000)
    timer.write(CONTROL, PERIODIC)
    core.advance(100)
    timer.write(BACKGROUND, 300)
    for cycles in (1000, 300, 200):
        core.advance(cycles)
        timer.write(CLEAR, 1)
    assert core.rises(TIMER_1) == [1000, 1300, 1600]


def test_one_shot_stops_at_zero(timer, core):
    timer.write(LOAD, 50)
    timer.write(CONTROL, PERIODIC | 1)
    core.advance(500)
    assert core.rises(TIMER_1) == [50]
    assert timer.read(COUNT) == 0


def test_divider_slows_the_count(timer, core):
    timer.write(LOAD, 10)
    timer.write(CONTROL, PERIODIC | 1 | 1 << 2)
    core.advance(80)
    assert timer.read(COUNT) == 5
    core.advance(80)
    assert core.rises(TIMER_1) == [160]


def test_stopped_timer_keeps_its_count(timer, core):
    timer.write(LOAD, 100)
    timer.write(CONTROL, PERIODIC)
    core.advance(30)
    timer.write(CONTROL, 0)
    core.advance(1000)
    assert timer.read(COUNT) == 70
    assert core.rises(TIMER_1) == []
    timer.write(CONTROL, PERIODIC)
    core.advance(70)
    assert core.rises(TIMER_1) == [1100]


def test_without_its_enable_bit_a_timer_expires_in_silence(timer, core):
    timer.write(LOAD, 10)
    timer.write(CONTROL, PERIODIC & ~0x20)
    core.advance(10)
    assert (timer.read(RAW), timer.read(MASKED)) == (1, 0)
    assert core.rises(TIMER_1) == []


def test_second_timer_is_32_bytes_further(timer, core):
    timer.write(LOAD, 5)
    timer.write(0x20 + LOAD, 7)
    assert (timer.read(COUNT), timer.read(0x20 + COUNT)) == (5, 7)
    timer.write(0x20 + CONTROL, PERIODIC)
    core.advance(7)
    assert (core.rises(TIMER_1), core.rises(TIMER_2)) == ([], [7])


def test_register_that_is_not_there_is_an_error(timer):
    with pytest.raises(UnmodelledRegister):
        timer.read(0x1C)
    with pytest.raises(UnmodelledRegister):
        timer.write(COUNT, 1)


def test_a_timer_that_nobody_heeds_is_not_asked_at_every_cycle(timer, core):
    """What a program can see of it is the same."""
    timer.write(LOAD, 7)
    timer.write(CONTROL, PERIODIC)
    core.advance(70_000)
    assert core.rises(TIMER_1) == [7]
    assert core.queue.words[ORDER] < 50
    for _ in range(8):
        assert timer.read(COUNT) == -core.time % 7
        core.advance(1)
    cleared = core.time
    timer.write(CLEAR, 1)
    core.advance(7)
    assert core.rises(TIMER_1)[-1] == cleared - cleared % 7 + 7
