"""The ARM968 of a core: Unicorn, its memories and devices, and exceptions as the processor takes them."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import unicorn
from unicorn import arm_const
from unicorn.unicorn_py3.unicorn import MMIO_READ_CFUNC, MMIO_WRITE_CFUNC, uclib

from pynn_sfdfa.hardware.emulator import native
from pynn_sfdfa.hardware.emulator.address_map import DTCM_BASE, DTCM_SIZE, ITCM_BASE, ITCM_SIZE
from pynn_sfdfa.hardware.emulator.device import Device
from pynn_sfdfa.hardware.emulator.memory import Memory
from pynn_sfdfa.hardware.emulator.native import ASLEEP, FAILED, NOW, STILL_RUNNING

__all__ = ["ASLEEP", "FAILED", "STILL_RUNNING", "Processor"]

_SUPERVISOR, _ABORT, _UNDEFINED = 0x13, 0x17, 0x1B
_INTERRUPTS_MASKED = 0xC0
_IRQ_MASKED = 0x80


class _Exception(NamedTuple):
    name: str
    mode: int
    vector: int
    link: int | None
    """From the instruction to what the link register holds; None for the instruction after it."""


_UNDEFINED_INSTRUCTION = _Exception("undefined instruction", _UNDEFINED, 0x04, None)
_SUPERVISOR_CALL = _Exception("supervisor call", _SUPERVISOR, 0x08, None)
_PREFETCH_ABORT = _Exception("fetch of an instruction from where none is", _ABORT, 0x0C, 4)
_DATA_ABORT = _Exception("access to an address where nothing is", _ABORT, 0x10, 8)

_BY_ERROR = {
    unicorn.UC_ERR_INSN_INVALID: _UNDEFINED_INSTRUCTION,
    unicorn.UC_ERR_FETCH_UNMAPPED: _PREFETCH_ABORT,
    unicorn.UC_ERR_FETCH_PROT: _PREFETCH_ABORT,
    unicorn.UC_ERR_READ_UNMAPPED: _DATA_ABORT,
    unicorn.UC_ERR_WRITE_UNMAPPED: _DATA_ABORT,
}
# QEMU's numbers of the exceptions that it hands to a hook.
_BY_NUMBER = {1: _UNDEFINED_INSTRUCTION, 2: _SUPERVISOR_CALL, 3: _PREFETCH_ABORT, 4: _DATA_ABORT}

# Translated code of a core: its instruction memory has 32 KB, so the default of a gigabyte is never used.
_TRANSLATION_BYTES = 32 * 1024 * 1024


class Processor:
    """One ARM968, from reset on; there is no floating point and no memory management to emulate.

    Unlike an ARM968, Unicorn lets accesses pass that are not aligned.
    """

    def __init__(self) -> None:
        self.itcm, self.dtcm = Memory(ITCM_SIZE), Memory(DTCM_SIZE)
        self._state = np.zeros(native.STATE_SIZE, np.int64)
        self.state: memoryview = self._state.data  # faster than the array where Python looks at single entries
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM)
        # The ARM926 has the same instructions (ARMv5TE) and the same way of waiting for an interrupt.
        self._uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_926)
        self._uc.ctl_set_tcg_buffer_size(_TRANSLATION_BYTES)
        self.instructions = 0
        """How many it has executed."""
        self._callbacks: list[Any] = []
        self._number: int | None = None
        self._error: BaseException | None = None
        self.map_memory((ITCM_BASE,), self.itcm)
        self.map_memory((DTCM_BASE,), self.dtcm)
        this = weakref.proxy(self)
        self._uc.hook_add(unicorn.UC_HOOK_INTR, lambda _uc, number, _data: this._stop_for(number))
        native.attach(self._uc, self._state)

    def map_memory(self, bases: Iterable[int], memory: Memory) -> None:
        """Let the processor see a memory at some addresses."""
        for base in bases:
            self._uc.mem_map_ptr(base, memory.size, unicorn.UC_PROT_ALL, memory.host_address)

    def map_device(self, bases: Iterable[int], size: int, device: Device) -> None:
        """Let the processor see a device's registers at some addresses."""
        this = weakref.proxy(self)

        def read(_uc: int, offset: int, _size: int, _data: int) -> int:
            try:
                return device.read(offset)
            except BaseException as error:
                this._fail(error)
                return 0

        def write(_uc: int, offset: int, _size: int, value: int, _data: int) -> None:
            try:
                device.write(offset, value)
            except BaseException as error:
                this._fail(error)

        callbacks = MMIO_READ_CFUNC(read), MMIO_WRITE_CFUNC(write)
        self._callbacks.append(callbacks)
        for base in bases:
            status = uclib.uc_mmio_map(
                self._uc._uch, ctypes.c_uint64(base), ctypes.c_size_t(size), callbacks[0], 0, callbacks[1], 0
            )
            if status:
                raise unicorn.UcError(status)

    def reset(self, entry: int, argument: int) -> None:
        """Start at an address in supervisor mode, interrupts masked, with an argument in r0."""
        self._uc.reg_write(arm_const.UC_ARM_REG_CPSR, _SUPERVISOR | _INTERRUPTS_MASKED)
        self._uc.reg_write(arm_const.UC_ARM_REG_R0, argument)
        self.state[native.PROGRAM_COUNTER] = entry

    @property
    def now(self) -> int:
        """The core's own time in cycles: an instruction takes one."""
        return self.state[NOW]

    @property
    def lines(self) -> int:
        """The two interrupt lines."""
        return self.state[native.LINES]

    def set_lines(self, lines: int) -> None:
        """Set the two interrupt lines."""
        self.state[native.LINES] = lines

    def limit(self, time: int) -> None:
        """Let the processor stop at a time, if it would not stop earlier."""
        if time < self.state[native.LIMIT]:
            self.state[native.LIMIT] = time

    def run(self, start: int, limit: int) -> int:
        """Run from a time on, at least one block of instructions; return ``ASLEEP``, ``STILL_RUNNING`` or ``FAILED``.

        Raises
        ------
        EmulatorError
            A device refused an access.
        """
        self.state[NOW], self.state[native.LIMIT] = start, limit
        outcome = int(native.run(self._state))
        self.instructions += self.now - start
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return outcome

    def take_exception(self) -> str:
        """Enter the exception for which the last run failed; return what it was, with the instruction's address."""
        number, self._number = self._number, None
        exception = _BY_NUMBER[number] if number is not None else _BY_ERROR[self.state[native.ERROR]]
        size = 2 if self.state[native.PROGRAM_COUNTER] & 1 else 4
        at = self.state[native.PROGRAM_COUNTER] & ~1
        if exception is _SUPERVISOR_CALL:  # the one instruction that has been executed
            at -= size
        link = at + (size if exception.link is None else exception.link)
        native.enter(self._state, exception.mode, _IRQ_MASKED, exception.vector, link)
        return f"{exception.name}, at {at:#x}"

    def _stop_for(self, number: int) -> None:
        self._number = number
        self._stop()

    def _fail(self, error: BaseException) -> None:
        if self._error is None:
            self._error = error
        self._stop()

    def _stop(self) -> None:
        self.state[native.STOPPED] = native.BY_HOST
        self._uc.emu_stop()
