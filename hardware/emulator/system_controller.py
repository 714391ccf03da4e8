"""System controller of a chip (datasheet, section 14): locks, flags, interrupts from core to core, identity."""

from __future__ import annotations

from collections.abc import Callable

from pynn_sfdfa.hardware.emulator.device import unmodelled

_CHIP_ID, _CORES_OFF, _SET_INTERRUPT, _CLEAR_INTERRUPT, _SET_OK, _CLEAR_OK = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
_MONITOR, _MISCELLANEOUS, _SET_FLAG, _CLEAR_FLAG, _SLEEPING = 0x34, 0x38, 0x58, 0x5C, 0x64
_GPIO, _GPIO_END = 0x3C, 0x50
_TEST_AND_SET, _TEST_AND_CLEAR, _N_LOCKS = 0x100, 0x180, 32

_CHIP_ID_CODE = 0x5911_1012
_CODE, _CODE_FIELD = 0x5EC0_0000, 0xFFF0_0000
"""Writes to some registers count only with this in the upper bits."""
_LOCKED = 1 << 31


class SystemController:
    """State that belongs to the chip rather than to a core; the monitor is processor 0."""

    def __init__(self, set_interrupt: Callable[[int, bool], None], sleeping: Callable[[], int]) -> None:
        self._set_interrupt = set_interrupt
        self._sleeping = sleeping
        self._locks = 0
        self._ok = 0
        self.flags = 0
        """One bit per core, on which programs wait for synchronisation."""

    def read(self, offset: int) -> int:
        """Return a register; reading a test-and-set or test-and-clear one changes the lock."""
        if _TEST_AND_SET <= offset < _TEST_AND_SET + 4 * _N_LOCKS:
            return self._lock((offset - _TEST_AND_SET) // 4, True)
        if _TEST_AND_CLEAR <= offset < _TEST_AND_CLEAR + 4 * _N_LOCKS:
            return self._lock((offset - _TEST_AND_CLEAR) // 4, False)
        if offset == _CHIP_ID:
            return _CHIP_ID_CODE
        if offset in (_SET_FLAG, _CLEAR_FLAG):
            return self.flags
        if offset == _SLEEPING:
            return self._sleeping()
        if offset == _SET_OK:
            return self._ok
        if offset in (_MONITOR, _CORES_OFF, _MISCELLANEOUS) or _GPIO <= offset < _GPIO_END:
            return 0
        raise unmodelled("system controller", "read", offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register."""
        coded = value & _CODE_FIELD == _CODE
        if offset == _SET_INTERRUPT:
            if coded:
                self._set_interrupt(value & ~_CODE_FIELD, True)
        elif offset == _CLEAR_INTERRUPT:
            if coded:
                self._set_interrupt(value & ~_CODE_FIELD, False)
        elif offset == _SET_FLAG:
            self.flags |= value
        elif offset == _CLEAR_FLAG:
            self.flags &= ~value
        elif offset == _SET_OK:
            self._ok |= value
        elif offset == _CLEAR_OK:
            self._ok &= ~value
        elif not _GPIO <= offset < _GPIO_END:  # pins lead nowhere
            raise unmodelled("system controller", "write", offset)

    def _lock(self, lock: int, new: bool) -> int:
        old = self._locks >> lock & 1
        self._locks = self._locks | 1 << lock if new else self._locks & ~(1 << lock)
        return _LOCKED if old else 0
