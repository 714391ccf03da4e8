"""DMA controller of a core (datasheet, section 7): one transfer under way and one that waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pynn_sfdfa.hardware.emulator.device import NEVER, Owner, unmodelled
from pynn_sfdfa.hardware.emulator.faults import BadAddress

_SYSTEM_ADDRESS, _TCM_ADDRESS, _DESCRIPTION, _CONTROL, _STATUS, _GLOBAL_CONTROL = 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
_STATISTICS_CONTROL, _STATISTICS, _STATISTICS_END = 0x28, 0x40, 0x60

_LENGTH, _TO_SYSTEM = 0x1FFFF, 1 << 19  # fields of the description

# Bits that a write to the control register obeys.
_DROP_WAITING, _ABORT, _RESTART, _CLEAR_DONE, _CLEAR_TIMEOUT, _CLEAR_ERROR = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

_ACTIVE, _WAITING, _DONE, _SECOND_DONE, _ERROR = 1 << 0, 1 << 2, 1 << 10, 1 << 11, 1 << 13  # status
_CORE_SHIFT = 24  # status 31:24: the number of the core, by which a program learns where it runs
_DONE_ENABLED = 0xC00  # global control: interrupt for the first and for the second finished transfer

# Estimates: a fixed time per transfer, then half of the peak rate of 4 bytes a cycle, as SDRAM is shared.
_SETUP_CYCLES = 40
_CYCLES_PER_BYTE = 0.5


class Transfer(NamedTuple):
    """What a description asked for."""

    source: int
    target: int
    n_bytes: int

    def cycles(self) -> int:
        """Return how long it takes."""
        return _SETUP_CYCLES + int(_CYCLES_PER_BYTE * self.n_bytes)


class DMA:
    """Copies between TCM and the memories of the chip: bytes move when a transfer starts, and it ends later."""

    def __init__(
        self, core: Owner, number: int, copy: Callable[[int, int, int], None], interrupt: Callable[[bool, bool], None]
    ) -> None:
        self._core = core
        self._number = number
        self._copy = copy
        self._interrupt = interrupt
        self._system_address = self._tcm_address = self._description = 0
        self._global_control = self._statistics_control = 0
        self._waiting: Transfer | None = None
        self._done = 0
        self._error = False
        self.due = NEVER
        """When the transfer under way ends, in cycles."""

    def read(self, offset: int) -> int:
        """Return a register."""
        if offset == _STATUS:
            return self._status()
        registers = {
            _SYSTEM_ADDRESS: self._system_address,
            _TCM_ADDRESS: self._tcm_address,
            _DESCRIPTION: self._description,
            _CONTROL: 0,  # what it is told to do is done at once, and its bits are clear again
            _GLOBAL_CONTROL: self._global_control,
            _STATISTICS_CONTROL: self._statistics_control,
        }
        if _STATISTICS <= offset < _STATISTICS_END:
            return 0  # bursts are not counted
        if offset not in registers:
            raise unmodelled("DMA controller", "read", offset)
        return registers[offset]

    def write(self, offset: int, value: int) -> None:
        """Write a register; writing the description asks for a transfer."""
        if offset == _SYSTEM_ADDRESS:
            self._system_address = value
        elif offset == _TCM_ADDRESS:
            self._tcm_address = value
        elif offset == _DESCRIPTION:
            self._description = value
            self._ask(value)
        elif offset == _CONTROL:
            self._obey(value)
        elif offset == _GLOBAL_CONTROL:
            self._global_control = value
            self._update()
        elif offset == _STATISTICS_CONTROL:
            self._statistics_control = value
        else:
            raise unmodelled("DMA controller", "write", offset)

    def _status(self) -> int:
        """Return the status, with a transfer that has ended by now counted as ended."""
        self._settle()
        return (
            self._number << _CORE_SHIFT
            | (_ACTIVE if self.due != NEVER else 0)
            | (_WAITING if self._waiting else 0)
            | (_DONE if self._done else 0)
            | (_SECOND_DONE if self._done > 1 else 0)
            | (_ERROR if self._error else 0)
        )

    def _ask(self, description: int) -> None:
        addresses = (self._tcm_address, self._system_address)
        source, target = addresses if description & _TO_SYSTEM else addresses[::-1]
        transfer = Transfer(source, target, description & _LENGTH)
        self._settle()
        if self.due == NEVER:
            self._start(transfer, self._core.now())
        else:
            self._waiting = transfer

    def _obey(self, value: int) -> None:
        if value & _DROP_WAITING:
            self._waiting = None
        if value & _ABORT:
            self.due = NEVER
        if value & _CLEAR_DONE:
            self._done = max(0, self._done - 1)
        if value & _CLEAR_ERROR:
            self._error = False
        self._update()

    def _start(self, transfer: Transfer, time: int) -> None:
        try:
            self._copy(transfer.source, transfer.target, transfer.n_bytes)
        except BadAddress:
            self._error = True
        self.due = due = time + transfer.cycles()
        self._core.at(due, lambda: self._finish(due))

    def _settle(self) -> None:
        while self.due <= self._core.now():
            self._finish(self.due)

    def _finish(self, due: int) -> None:
        if due != self.due:  # aborted, or the core has looked already
            return
        self.due = NEVER
        self._done = min(2, self._done + 1)
        waiting, self._waiting = self._waiting, None
        if waiting:
            self._start(waiting, due)
        self._update()

    def _update(self) -> None:
        self._interrupt(self._done > 0 and self._global_control & _DONE_ENABLED != 0, self._error)
