"""The two timers of a core (datasheet, section 6; an ARM SP804), at the core's clock.

A timer counts down to zero, interrupts, and starts again; the background load is what it starts again from.
"""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator import vic
from pynn_sfdfa.hardware.emulator.device import NEVER, UNMODELLED, expect, note_poll
from pynn_sfdfa.hardware.emulator.events import TIMER_ENDS
from pynn_sfdfa.hardware.emulator.words import (
    CONTROL,
    DUE,
    LOAD,
    NOW,
    PASSED_OVER,
    RAW,
    STOPPED_AT,
    TIMER_1,
    TIMER_2,
    Words,
)
from pynn_sfdfa.support.jit import jit

NAME = "timer"
_SPACING = 0x20
"""Bytes from the registers of timer 1 to those of timer 2."""

_LOAD, _COUNT, _CONTROL, _CLEAR, _RAW, _MASKED, _BACKGROUND = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18

_ONE_SHOT = 0x01
_LONG = 0x02  # 32 bits, else 16
_INTERRUPT_ENABLED = 0x20
_PERIODIC = 0x40  # starts again from the background load, else from the largest value
_ENABLED = 0x80
_OFTEN, _LEAP = 200, 2000
"""Cycles. Zeros that come more often, while nobody takes note of the last one, are passed over for so long."""


@jit
def reset(core: Words) -> None:
    """Stop both timers."""
    for timer in (TIMER_1, TIMER_2):
        core[timer + CONTROL], core[timer + DUE] = _INTERRUPT_ENABLED, NEVER


@jit
def _divider(core: Words, timer: int) -> int:
    field = core[timer + CONTROL] >> 2 & 3  # 1, 16 or 256
    return 1 if field == 0 else 16 if field == 1 else 256


@jit
def _range(core: Words, timer: int) -> int:
    return 0xFFFF_FFFF if core[timer + CONTROL] & _LONG else 0xFFFF


@jit
def count(core: Words, timer: int) -> int:
    """Return how far a timer has to go."""
    if core[timer + DUE] == NEVER:
        return int(core[timer + STOPPED_AT])
    ahead, period = max(0, core[timer + DUE] - core[NOW]), core[timer + PASSED_OVER]
    return int((ahead % period if period else ahead) // _divider(core, timer))


@jit
def _expect(core: Words, timer: int, due: int, passed_over: int) -> None:
    core[timer + DUE], core[timer + PASSED_OVER] = due, passed_over
    expect(core, due, TIMER_ENDS, timer)


@jit
def _restart(core: Words, timer: int, count: int) -> None:
    """Count down from a value, if enabled."""
    core[timer + DUE] = NEVER
    if core[timer + CONTROL] & _ENABLED and count:
        _expect(core, timer, core[NOW] + (count & _range(core, timer)) * _divider(core, timer), 0)


@jit
def _masked(core: Words, timer: int) -> int:
    return 1 if core[timer + RAW] and core[timer + CONTROL] & _INTERRUPT_ENABLED else 0


@jit
def _update(core: Words, timer: int) -> None:
    vic.raise_(core, vic.TIMER_1 if timer == TIMER_1 else vic.TIMER_2, _masked(core, timer) != 0)


@jit
def end(core: Words, timer: int, due: int) -> None:
    """Come to zero at the time that was due, unless the timer has been restarted or stopped since."""
    if due != core[timer + DUE]:
        return
    waiting = core[timer + RAW]
    core[timer + RAW], core[timer + STOPPED_AT], core[timer + DUE] = 1, 0, NEVER
    control = core[timer + CONTROL]
    again = (core[timer + LOAD] if control & _PERIODIC else _range(core, timer)) * _divider(core, timer)
    if not control & _ONE_SHOT and again:
        if waiting and again < _OFTEN:
            _expect(core, timer, due + _LEAP // again * again, again)
        else:
            _expect(core, timer, due + again, 0)
    _update(core, timer)


@jit
def whose_count(offset: int) -> int:
    """Return 0 or 1 if a register is the count of timer 1 or 2, else -1."""
    return 0 if offset == _COUNT else 1 if offset == _COUNT + _SPACING else -1


@jit
def read(core: Words, offset: int) -> int:
    """Return a register of one of them."""
    timer = TIMER_2 if offset >= _SPACING else TIMER_1
    register = offset - _SPACING if offset >= _SPACING else offset
    found = UNMODELLED
    if register == _COUNT:
        note_poll(core)
        found = count(core, timer)
    elif register in (_LOAD, _BACKGROUND):
        found = core[timer + LOAD]
    elif register == _CONTROL:
        found = core[timer + CONTROL]
    elif register == _RAW:
        found = core[timer + RAW]
    elif register == _MASKED:
        found = _masked(core, timer)
    return int(found)


@jit
def write(core: Words, offset: int, value: int) -> bool:
    """Write a register of one of them."""
    timer = TIMER_2 if offset >= _SPACING else TIMER_1
    register = offset - _SPACING if offset >= _SPACING else offset
    if register == _LOAD:
        core[timer + LOAD] = core[timer + STOPPED_AT] = value
        _restart(core, timer, value)
    elif register == _BACKGROUND:
        core[timer + LOAD] = value
    elif register == _CONTROL:
        core[timer + STOPPED_AT] = count(core, timer)
        core[timer + CONTROL] = value
        _restart(core, timer, core[timer + STOPPED_AT])
        _update(core, timer)
    elif register == _CLEAR:
        core[timer + RAW] = 0
        ahead, period = core[timer + DUE] - core[NOW], core[timer + PASSED_OVER]
        if period and ahead > 0:
            _expect(core, timer, core[timer + DUE] - (ahead - 1) // period * period, 0)
        _update(core, timer)
    else:
        return False
    return True
