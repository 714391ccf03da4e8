from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.timer import Timer
from pynn_sfdfa.hardware.emulator.timers import Timers

LOAD, COUNT, CONTROL, CLEAR, RAW, MASKED, BACKGROUND = 0, 4, 8, 12, 16, 20, 24
PERIODIC = 0xE2  # on, periodic, interrupt enabled, 32 bits


@pytest.fixture
def raised():
    return []


@pytest.fixture
def timer(clock, raised):
    return Timer(clock, lambda on: raised.append((clock.time, on)))


def rises(raised):
    return [time for time, on in raised if on]


def test_periodic_timer_interrupts_once_a_period(timer, clock, raised):
    timer.write(LOAD, 1000)
    timer.write(CONTROL, PERIODIC)
    clock.advance(3500)
    assert rises(raised) == [1000, 2000, 3000]
    assert timer.read(COUNT) == 500
    assert timer.read(RAW) == timer.read(MASKED) == 1
    timer.write(CLEAR, 1)
    assert timer.read(RAW) == 0
    assert raised[-1] == (3500, False)


def test_background_load_counts_from_the_next_period_on(timer, clock, raised):
    timer.write(LOAD, 1000)
    timer.write(CONTROL, PERIODIC)
    clock.advance(100)
    timer.write(BACKGROUND, 300)
    clock.advance(1500)
    assert rises(raised) == [1000, 1300, 1600]


def test_one_shot_stops_at_zero(timer, clock, raised):
    timer.write(LOAD, 50)
    timer.write(CONTROL, PERIODIC | 1)
    clock.advance(500)
    assert rises(raised) == [50]
    assert timer.read(COUNT) == 0


def test_divider_slows_the_count(timer, clock, raised):
    timer.write(LOAD, 10)
    timer.write(CONTROL, PERIODIC | 1 | 1 << 2)
    clock.advance(80)
    assert timer.read(COUNT) == 5
    clock.advance(80)
    assert rises(raised) == [160]


def test_stopped_timer_keeps_its_count(timer, clock, raised):
    timer.write(LOAD, 100)
    timer.write(CONTROL, PERIODIC)
    clock.advance(30)
    timer.write(CONTROL, 0)
    clock.advance(1000)
    assert timer.read(COUNT) == 70
    assert rises(raised) == []
    timer.write(CONTROL, PERIODIC)
    clock.advance(70)
    assert rises(raised) == [1100]


def test_without_its_enable_bit_a_timer_expires_in_silence(timer, clock, raised):
    timer.write(LOAD, 10)
    timer.write(CONTROL, PERIODIC & ~0x20)
    clock.advance(10)
    assert (timer.read(RAW), timer.read(MASKED)) == (1, 0)
    assert rises(raised) == []


def test_second_timer_is_32_bytes_further(clock):
    first, second = (Timer(clock, lambda on: None) for _ in range(2))
    timers = Timers(first, second)
    timers.write(LOAD, 5)
    timers.write(0x20 + LOAD, 7)
    assert (timers.read(COUNT), timers.read(0x20 + COUNT)) == (5, 7)


def test_register_that_is_not_there_is_an_error(timer):
    with pytest.raises(UnmodelledRegister):
        timer.read(0x1C)
    with pytest.raises(UnmodelledRegister):
        timer.write(COUNT, 1)


def test_a_timer_that_nobody_heeds_is_not_asked_at_every_cycle(timer, clock, raised):
    """What a program can see of it is the same."""
    timer.write(LOAD, 7)
    timer.write(CONTROL, PERIODIC)
    clock.advance(70_000)
    assert rises(raised)[0] == 7
    assert len(rises(raised)) < 50
    for _ in range(8):
        assert timer.read(COUNT) == -clock.time % 7
        clock.advance(1)
    cleared = clock.time
    timer.write(CLEAR, 1)
    clock.advance(7)
    assert rises(raised)[-1] == cleared - cleared % 7 + 7
