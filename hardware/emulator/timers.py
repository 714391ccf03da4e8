"""The page of registers that the two timers of a core share."""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator.timer import SPACING, Timer


class Timers:
    """Timer 1 at offset 0, timer 2 at offset 0x20."""

    def __init__(self, first: Timer, second: Timer) -> None:
        self.first, self.second = first, second

    def read(self, offset: int) -> int:
        """Return a register of one of them."""
        return self.second.read(offset - SPACING) if offset >= SPACING else self.first.read(offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register of one of them."""
        if offset >= SPACING:
            self.second.write(offset - SPACING, value)
        else:
            self.first.write(offset, value)
