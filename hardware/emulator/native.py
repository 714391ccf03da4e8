"""The compiled inner part of a core: it counts instructions, stops where the core must stop, and enters interrupts.

Unicorn calls the hook at the start of each block of instructions, which is where an ARM core here looks at its
interrupt lines. In Python that would cost more than the instructions themselves.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import llvmlite.binding
import numpy as np
from numba import carray, types
from unicorn import UC_HOOK_BLOCK, UC_HOOK_TLB_FILL, UC_MEM_FETCH, UC_TLB_VIRTUAL, Uc, arm_const
from unicorn.unicorn_py3.unicorn import uclib

from pynn_sfdfa.hardware.emulator import polling
from pynn_sfdfa.hardware.emulator.address_map import ITCM_SIZE
from pynn_sfdfa.hardware.emulator.vic import FIQ, IRQ
from pynn_sfdfa.hardware.emulator.words import (
    BLOCK,
    BLOCK_SIZE,
    BUFFER,
    CORE_WORDS,
    ERROR,
    HANDLE,
    LIMIT,
    LINES,
    N_REGISTERS,
    NOW,
    POLLS,
    PROGRAM_COUNTER,
    REGISTERS,
    STOPPED,
    VALUE,
    Words,
    modes_of,
)
from pynn_sfdfa.support.jit import callback, jit

SLEEPS, STILL_RUNNING, FAILED = range(3)
"""Why a core returned: it waits for an interrupt, it reached its limit, Unicorn stopped it with ``state[ERROR]``."""

_BY_LIMIT, _BY_INTERRUPT, BY_HOST, BY_ZEROS = 1, 2, 3, 4

_ARM, _THUMB = 1, 2
_THUMB_BIT, _IRQ_MASK, _FIQ_MASK, _MODE_BITS = 0x20, 0x80, 0x40, 0x3F
_IRQ_MODE, _FIQ_MODE, _IRQ_VECTOR, _FIQ_VECTOR = 0x12, 0x11, 0x18, 0x1C
_NOWHERE = 0xFFFF_FFFF

_PC, _SP, _LR, _CPSR, _SPSR = (
    arm_const.UC_ARM_REG_PC,
    arm_const.UC_ARM_REG_SP,
    arm_const.UC_ARM_REG_LR,
    arm_const.UC_ARM_REG_CPSR,
    arm_const.UC_ARM_REG_SPSR,
)

_ALL_REGISTERS = (*range(arm_const.UC_ARM_REG_R0, arm_const.UC_ARM_REG_R12 + 1), _SP, _LR, _PC, _CPSR)

# Compiled code finds these by name in the library that Unicorn's Python module has loaded.
llvmlite.binding.load_library_permanently(uclib._name)
_stop = types.ExternalFunction("uc_emu_stop", types.int32(types.int64))
_start = types.ExternalFunction(
    "uc_emu_start", types.int32(types.int64, types.uint64, types.uint64, types.uint64, types.uint64)
)
_read = types.ExternalFunction("uc_reg_read", types.int32(types.int64, types.int32, types.int64))
_peek = types.ExternalFunction("uc_mem_read", types.int32(types.int64, types.uint64, types.int64, types.uint64))
_write = types.ExternalFunction("uc_reg_write", types.int32(types.int64, types.int32, types.int64))


@jit
def _word(state: Words, address: int) -> int:
    """Return what is in memory at an address, zero if there is none."""
    state[VALUE] = 0
    _peek(state[HANDLE], address, state[BUFFER], 4)
    value: int = state[VALUE]
    return value


@jit
def _branches_to_itself(state: Words, address: int) -> bool:
    """Whether the instruction at an address leads, if at all, to itself: ``b .``, the end of many a program."""
    code, thumb = _word(state, address), modes_of(state)[(address & (ITCM_SIZE - 1)) >> 1] == _THUMB
    return bool(code & 0xFFFF == 0xE7FE if thumb else code & 0x0FFF_FFFF == 0x0AFF_FFFE and code >> 28 != 0xF)


@jit
def _read_all(state: Words) -> None:
    """Read r0 to r15 and the status."""
    for i in range(N_REGISTERS):
        state[VALUE] = 0
        _read(state[HANDLE], _ALL_REGISTERS[i], state[BUFFER])
        state[REGISTERS + i] = state[VALUE]


@jit
def _look(state: Words, address: int, size: int) -> None:
    """At the start of a block: stop for the limit or an interrupt, else count the block's instructions."""
    if state[NOW] >= state[LIMIT]:
        state[STOPPED] = _BY_LIMIT
        _stop(state[HANDLE])
        return
    lines = state[LINES]
    if lines:
        _read(state[HANDLE], _CPSR, state[BUFFER])
        masks = state[VALUE]
        if (lines & FIQ and not masks & _FIQ_MASK) or (lines & IRQ and not masks & _IRQ_MASK):
            state[STOPPED] = _BY_INTERRUPT
            _stop(state[HANDLE])
            return
    # No compiler makes code of zeros, but a wild jump into data often finds them.
    if address >= ITCM_SIZE and _word(state, address) == 0:
        state[STOPPED] = BY_ZEROS
        _stop(state[HANDLE])
        return
    modes, half_word = modes_of(state), (address & (ITCM_SIZE - 1)) >> 1
    if modes[half_word] == 0:
        _read(state[HANDLE], _CPSR, state[BUFFER])
        modes[half_word] = _THUMB if state[VALUE] & _THUMB_BIT else _ARM
    n = size >> 1 if modes[half_word] == _THUMB else size >> 2
    if n == 1 and address == state[BLOCK] and _branches_to_itself(state, address):
        state[NOW] = state[LIMIT]  # what it would do until then, one instruction after the other
        state[STOPPED] = _BY_LIMIT
        _stop(state[HANDLE])
        return
    if state[POLLS] >= polling.OFTEN and modes[half_word] == _ARM:
        if polling.completes_round(state, address):
            _read_all(state)
            polling.pass_over(state)
        polling.note(state, address, n)
    state[BLOCK], state[BLOCK_SIZE] = address, size
    state[NOW] += n


def instruction_size(state: Words, block: int) -> int:
    """Return how many bytes each instruction of a block that has run has."""
    return 2 if modes_of(state)[(block & (ITCM_SIZE - 1)) >> 1] == _THUMB else 4


def _at_block(_uc: object, address: int, size: int, user_data: object) -> None:
    _look(carray(user_data, CORE_WORDS, dtype=np.int64), np.int64(address), np.int64(size))


@jit
def _register(state: Words, number: int) -> int:
    state[VALUE] = 0
    _read(state[HANDLE], number, state[BUFFER])
    value: int = state[VALUE]
    return value


@jit
def _set_register(state: Words, number: int, value: int) -> None:
    state[VALUE] = value
    _write(state[HANDLE], number, state[BUFFER])


@jit
def enter(state: Words, mode: int, masks: int, vector: int, return_address: int) -> None:
    """Enter an exception: bank the status, mask interrupts, go to ARM code at the vector."""
    status = _register(state, _CPSR)
    _set_register(state, _CPSR, (status & ~_MODE_BITS) | mode | masks)
    _set_register(state, _SPSR, status)
    _set_register(state, _LR, return_address)
    state[PROGRAM_COUNTER] = vector


@jit
def _enter_interrupt(state: Words) -> None:
    lines = state[LINES]
    masks = _register(state, _CPSR)
    return_address = (state[PROGRAM_COUNTER] & ~1) + 4
    if lines & FIQ and not masks & _FIQ_MASK:
        enter(state, _FIQ_MODE, _FIQ_MASK | _IRQ_MASK, _FIQ_VECTOR, return_address)
    elif lines & IRQ and not masks & _IRQ_MASK:
        enter(state, _IRQ_MODE, _IRQ_MASK, _IRQ_VECTOR, return_address)


@jit
def _pass_over_vain_waits(state: Words) -> None:
    """Come to the limit at once if all that the core does is wait, and wait again, while an interrupt is masked."""
    lines, masks, after = state[LINES], _register(state, _CPSR), state[PROGRAM_COUNTER]
    if (lines & FIQ and not masks & _FIQ_MASK) or (lines & IRQ and not masks & _IRQ_MASK) or after & 1 or after < 4:
        return
    if _word(state, after) != 0xEAFF_FFFD or _word(state, after - 4) & 0xFFFF_0FFF != 0xEE07_0F90:
        return  # a branch to the wait before it
    cycles = state[LIMIT] - state[NOW]
    if cycles > 0:  # branch, wait, branch, wait
        state[NOW] = state[LIMIT]
        state[BLOCK] = after - 4 * (1 - cycles % 2)
        state[PROGRAM_COUNTER] = after - 4 * (cycles % 2)


@jit
def run(state: Words) -> int:
    """Run until the core sleeps, has reached ``state[LIMIT]``, or cannot go on."""
    while True:
        if state[LINES]:
            _enter_interrupt(state)
        state[STOPPED] = 0
        state[ERROR] = _start(state[HANDLE], state[PROGRAM_COUNTER], _NOWHERE, 0, 0)
        thumb = _register(state, _CPSR) & _THUMB_BIT
        state[PROGRAM_COUNTER] = _register(state, _PC) | (1 if thumb else 0)
        if state[ERROR] or state[STOPPED] in (BY_HOST, BY_ZEROS):
            return FAILED
        if state[STOPPED] == _BY_LIMIT:
            return STILL_RUNNING
        # A core that waits goes on if an interrupt is there, even one that it masks.
        if state[STOPPED] == 0 and not state[LINES]:
            return SLEEPS
        if state[STOPPED] == 0:
            _pass_over_vain_waits(state)


_READ_WRITE, _ALL = 3, 7
_FETCH = UC_MEM_FETCH


def _at_miss(_uc: object, address: int, access: int, entry: object, _user_data: object) -> int:
    """Translate an address to itself; code is expected in ITCM, elsewhere only where an instruction is fetched.

    Without this, Unicorn takes every page for one with code, and looks at each store for what it has translated.
    """
    carray(entry, 1, dtype=np.uint64)[0] = address
    carray(entry, 3, dtype=np.int32)[2] = _ALL if address < ITCM_SIZE or access == _FETCH else _READ_WRITE
    return 1


@functools.cache
def _hooks() -> tuple[tuple[int, Any], ...]:
    """Return what Unicorn calls, and when."""
    core, address = types.voidptr, types.uint64
    at_miss = callback(types.uint8(types.voidptr, address, types.int32, types.voidptr, core))(_at_miss)
    at_block = callback(types.void(types.voidptr, address, types.uint32, core))(_at_block)
    return (UC_HOOK_TLB_FILL, at_miss), (UC_HOOK_BLOCK, at_block)


def attach(uc: Uc, state: Words) -> None:
    """Count the instructions of a processor in a state, which must live as long as the processor."""
    state[HANDLE] = uc._uch.value
    state[BUFFER] = state.ctypes.data + 8 * VALUE
    uc.ctl_set_tlb_mode(UC_TLB_VIRTUAL)
    for kind, hook in _hooks():
        _add_hook(uc, kind, hook.address, state.ctypes.data)


def _add_hook(uc: Uc, kind: int, function: int, user_data: int) -> None:
    hook = ctypes.c_size_t()
    status = uclib.uc_hook_add(
        uc._uch,
        ctypes.cast(ctypes.byref(hook), uclib.uc_hook_add.argtypes[1]),
        kind,
        ctypes.c_void_p(function),
        ctypes.c_void_p(user_data),
        ctypes.c_uint64(1),
        ctypes.c_uint64(0),
    )
    if status:
        raise RuntimeError(f"Unicorn takes no hook: error {status}")
