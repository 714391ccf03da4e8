"""One of the two timers of a core (datasheet, section 6; half of an ARM SP804), at the core's clock."""

from __future__ import annotations

from collections.abc import Callable

from pynn_sfdfa.hardware.emulator.device import NEVER, Owner, unmodelled

SPACING = 0x20
"""Bytes from the registers of timer 1 to those of timer 2."""

_LOAD, _COUNT, _CONTROL, _CLEAR, _RAW, _MASKED, _BACKGROUND = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18

_ONE_SHOT = 0x01
_LONG = 0x02  # 32 bits, else 16
_DIVIDER = (1, 16, 256)  # bits 3:2
_INTERRUPT_ENABLED = 0x20
_PERIODIC = 0x40  # starts again from the background load, else from the largest value
_ENABLED = 0x80
_OFTEN, _LEAP = 200, 2000
"""Cycles. Zeros that come more often, while nobody takes note of the last one, are passed over for so long."""


class Timer:
    """Counts down to zero, interrupts, and starts again; the background load is what it starts again from."""

    def __init__(self, core: Owner, interrupt: Callable[[bool], None]) -> None:
        self._core = core
        self._interrupt = interrupt
        self._load = 0
        self._control = _INTERRUPT_ENABLED
        self._raw = False
        self._stopped_at = 0
        self._passed_over = 0
        """The period in cycles while zeros are passed over up to the one that is due; else 0."""
        self.due = NEVER
        """When it reaches zero, in cycles."""

    def read(self, offset: int) -> int:
        """Return a register."""
        registers = {
            _LOAD: self._load,
            _BACKGROUND: self._load,
            _COUNT: self._count(),
            _CONTROL: self._control,
            _RAW: int(self._raw),
            _MASKED: int(self._raw and self._control & _INTERRUPT_ENABLED != 0),
        }
        if offset not in registers:
            raise unmodelled("timer", "read", offset)
        return registers[offset]

    def write(self, offset: int, value: int) -> None:
        """Write a register."""
        if offset == _LOAD:
            self._load = self._stopped_at = value
            self._restart(value)
        elif offset == _BACKGROUND:
            self._load = value
        elif offset == _CONTROL:
            self._stopped_at = self._count()
            self._control = value
            self._restart(self._stopped_at)
            self._update()
        elif offset == _CLEAR:
            self._raw = False
            ahead = self.due - self._core.now()
            if self._passed_over and ahead > 0:
                self._expect(self.due - (ahead - 1) // self._passed_over * self._passed_over)
            self._update()
        else:
            raise unmodelled("timer", "write", offset)

    def _divider(self) -> int:
        return _DIVIDER[min(self._control >> 2 & 3, 2)]

    def _range(self) -> int:
        return 0xFFFF_FFFF if self._control & _LONG else 0xFFFF

    def _count(self) -> int:
        if self.due == NEVER:
            return self._stopped_at
        ahead = max(0, self.due - self._core.now())
        return (ahead % self._passed_over if self._passed_over else ahead) // self._divider()

    def _restart(self, count: int) -> None:
        """Count down from a value, if enabled."""
        self.due = NEVER
        if self._control & _ENABLED and count:
            self._expect(self._core.now() + (count & self._range()) * self._divider())

    def _expect(self, due: int, passed_over: int = 0) -> None:
        self.due, self._passed_over = due, passed_over
        self._core.at(due, lambda: self._expire(due))

    def _expire(self, due: int) -> None:
        if due != self.due:  # restarted or stopped since
            return
        waiting, self._raw = self._raw, True
        self._stopped_at, self.due = 0, NEVER
        again = (self._load if self._control & _PERIODIC else self._range()) * self._divider()
        if not self._control & _ONE_SHOT and again:
            if waiting and again < _OFTEN:
                self._expect(due + _LEAP // again * again, passed_over=again)
            else:
                self._expect(due + again)
        self._update()

    def _update(self) -> None:
        self._interrupt(self._raw and self._control & _INTERRUPT_ENABLED != 0)
