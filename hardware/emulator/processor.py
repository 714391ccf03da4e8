"""The ARM968 of a core: Unicorn, its memories and devices, and exceptions as the processor takes them."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np
import unicorn
from unicorn import arm_const

from pynn_sfdfa.hardware.emulator import aborts, native, registers
from pynn_sfdfa.hardware.emulator.aborts import Access, Failure
from pynn_sfdfa.hardware.emulator.address_map import DTCM_BASE, DTCM_SIZE, ITCM_BASE, ITCM_SIZE
from pynn_sfdfa.hardware.emulator.device import Device
from pynn_sfdfa.hardware.emulator.memory import Memory
from pynn_sfdfa.hardware.emulator.states import RunTimeError
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESS,
    BLOCK,
    BLOCK_SIZE,
    CORE_WORDS,
    DTCM,
    ERROR,
    INSTRUCTIONS,
    ITCM,
    MODES,
    PROGRAM_COUNTER,
    STOPPED,
)

_SUPERVISOR = 0x13
_INTERRUPTS_MASKED = 0xC0
_IRQ_MASKED = 0x80
_MODE = 0x1F
_REGISTERS = (
    *range(arm_const.UC_ARM_REG_R0, arm_const.UC_ARM_REG_R12 + 1),
    arm_const.UC_ARM_REG_SP,
    arm_const.UC_ARM_REG_LR,
)
_UNMAPPED = unicorn.UC_HOOK_MEM_READ_UNMAPPED | unicorn.UC_HOOK_MEM_WRITE_UNMAPPED

# Translated code of a core: its instruction memory has 32 KB, so the default of a gigabyte is never used. As it is more
# than 2 MB, Unicorn has huge pages for it, without which cores in turn would run a third slower.
_TRANSLATION_BYTES = 32 * 1024 * 1024


class Processor:
    """One ARM968, from reset on; there is no floating point and no memory management to emulate.

    Unlike an ARM968, Unicorn lets accesses pass that are not aligned.

    Attributes
    ----------
    words : array of int64
        What the processor, the devices of its core and compiled code share.
    """

    def __init__(self) -> None:
        self.itcm, self.dtcm = Memory(ITCM_SIZE), Memory(DTCM_SIZE)
        self.words = np.zeros(CORE_WORDS, np.int64)
        self._modes = np.zeros(ITCM_SIZE // 2, np.uint8)
        self.words[ADDRESS], self.words[MODES] = self.words.ctypes.data, self._modes.ctypes.data
        self.words[ITCM], self.words[DTCM] = self.itcm.host_address, self.dtcm.host_address
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM)
        # The ARM926 has the same instructions (ARMv5TE) and the same way of waiting for an interrupt.
        self._uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_926)
        self._uc.ctl_set_tcg_buffer_size(_TRANSLATION_BYTES)
        self.refused_at = ""
        """Where the access was that a device refused last."""
        self._callbacks: list[Any] = []
        self._number: int | None = None
        self._access: Access | None = None
        self._memories: list[tuple[int, Memory]] = []
        self._error: BaseException | None = None
        self.map_memory((ITCM_BASE,), self.itcm)
        self.map_memory((DTCM_BASE,), self.dtcm)
        this = weakref.proxy(self)
        self._uc.hook_add(unicorn.UC_HOOK_INTR, lambda _uc, number, _data: this._stop_for(number))
        self._uc.hook_add(_UNMAPPED, lambda _uc, *access: this._note(Access(*access[:3])))
        native.attach(self._uc, self.words)
        registers.map_core_devices(self, self._uc, self.words)
        self._new = self._uc.context_save(), self.words.copy()

    def renew(self) -> None:
        """Be as new but for what is mapped: that takes a tenth of the time of making a processor."""
        context, words = self._new
        self._uc.context_restore(context)
        self._uc.ctl_flush_tb()
        for memory in (self.itcm, self.dtcm):
            memory.clear()
        self.words[:], self._modes[:] = words, 0
        self._number = self._access = self._error = None
        self.refused_at = ""

    @property
    def instructions(self) -> int:
        """How many it has executed."""
        return int(self.words[INSTRUCTIONS])

    def map_memory(self, bases: Iterable[int], memory: Memory) -> None:
        """Let the processor see a memory at some addresses."""
        for base in bases:
            self._uc.mem_map_ptr(base, memory.size, unicorn.UC_PROT_ALL, memory.host_address)
            self._memories.append((base, memory))

    def map_device(self, bases: tuple[int, ...], size: int, device: Device) -> None:
        """Let the processor see registers of the chip at some addresses."""
        this = weakref.proxy(self)
        self._callbacks.append(registers.map_device(self._uc, bases, size, device, lambda error: this.fail(error)))

    def reset(self, entry: int, argument: int) -> None:
        """Start at an address in supervisor mode, interrupts masked, with an argument in r0."""
        self._uc.reg_write(arm_const.UC_ARM_REG_CPSR, _SUPERVISOR | _INTERRUPTS_MASKED)
        self._uc.reg_write(arm_const.UC_ARM_REG_R0, argument)
        self.words[PROGRAM_COUNTER] = entry

    def refusal(self) -> BaseException | None:
        """Return the error with which a device has refused an access, once."""
        error, self._error = self._error, None
        return error

    def take_exception(self) -> Failure:
        """Enter the exception for which the last run failed, if an ARM968 has one; return what failed."""
        number, self._number = self._number, None
        access, self._access = self._access, None
        at, size = self._next()
        if self.words[STOPPED] == native.BY_ZEROS:
            cause = f"jump to {at:#x}, where nothing but zeros is{self._after()}"
            return Failure(cause, RunTimeError.PREFETCH_ABORT, True)
        exception = aborts.abort(number, int(self.words[ERROR]))
        if exception is None:
            why = unicorn.UcError(int(self.words[ERROR])) if number is None else f"exception {number}"
            return Failure(f"{why}, at {at:#x}{self._instruction(at, size)}", RunTimeError.NONE, True)
        if exception is aborts.SUPERVISOR_CALL:  # the one instruction that has been executed
            at -= size
        told = self._after() if exception is aborts.PREFETCH_ABORT else self._instruction(at, size, access)
        nested = exception is not aborts.SUPERVISOR_CALL and self.registers()[-1] & _MODE in aborts.MODES
        link = at + (size if exception.link is None else exception.link)
        native.enter(self.words, exception.mode, _IRQ_MASKED, exception.vector, link)
        return Failure(f"{exception.name}, at {at:#x}{told}", exception.error, nested)

    def registers(self) -> tuple[int, ...]:
        """Return r0 to r12, stack pointer, link register, program counter and status."""
        values = [self._uc.reg_read(register) for register in _REGISTERS]
        return (*values, int(self.words[PROGRAM_COUNTER]), self._uc.reg_read(arm_const.UC_ARM_REG_CPSR))

    def where(self) -> str:
        """Return where the processor is, and the instruction there."""
        at, size = self._next()
        return f"at {at:#x}{self._instruction(at, size)}"

    def _next(self) -> tuple[int, int]:
        """Return the address of the next instruction, and how many bytes it has."""
        counter = int(self.words[PROGRAM_COUNTER])
        return counter & ~1, 2 if counter & 1 else 4

    def _instruction(self, address: int, size: int, access: Access | None = None) -> str:
        """Say which instruction is at an address, and what it wanted of memory."""
        for base, memory in self._memories:
            if base <= address <= base + memory.size - size:
                code = int.from_bytes(memory.bytes[address - base : address - base + size], "little")
                return f" (instruction {code:#0{2 + 2 * size}x}{f' {access}' if access else ''})"
        return ""

    def _after(self) -> str:
        """Say which instruction was executed last: the end of the last block."""
        block = int(self.words[BLOCK])
        size = native.instruction_size(self.words, block)
        at = block + int(self.words[BLOCK_SIZE]) - size
        return f", after {at:#x}{self._instruction(at, size)}"

    def _note(self, access: Access) -> bool:
        self._access = access
        return False  # there is nothing to be mapped: Unicorn stops

    def _stop_for(self, number: int) -> None:
        self._number = number
        self._stop()

    def fail(self, error: BaseException) -> None:
        """Stop at an access that a device refuses with this error."""
        if self._error is None:
            self._error = error
            first = int(self.words[BLOCK])  # Unicorn does not say which of the block's instructions it was
            self.refused_at = f"in the instructions from {first:#x} to {first + int(self.words[BLOCK_SIZE]):#x}"
        self._stop()

    def _stop(self) -> None:
        self.words[STOPPED] = native.BY_HOST
        self._uc.emu_stop()
