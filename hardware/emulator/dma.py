"""DMA controller of a core (datasheet, section 7): one transfer under way and one that waits.

It copies between TCM and the memories of the chip: bytes move when a transfer starts, and it ends later.
"""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator import vic
from pynn_sfdfa.hardware.emulator.address_map import (
    DTCM_BASE,
    DTCM_SIZE,
    ITCM_BASE,
    ITCM_SIZE,
    SDRAM_BASES,
    SDRAM_SIZE,
    SYSRAM_BASES,
    SYSRAM_SIZE,
)
from pynn_sfdfa.hardware.emulator.device import NEVER, UNMODELLED, expect, note_poll
from pynn_sfdfa.hardware.emulator.events import DMA_ENDS
from pynn_sfdfa.hardware.emulator.words import (
    CHIP,
    CHIP_WORDS,
    DESCRIPTION,
    DMA_DUE,
    DMA_ERROR,
    DONE,
    DTCM,
    GLOBAL_CONTROL,
    ITCM,
    LENGTH,
    NOW,
    NUMBER,
    SDRAM,
    SOURCE,
    STATISTICS_CONTROL,
    SYSRAM,
    SYSTEM_ADDRESS,
    TARGET,
    TCM_ADDRESS,
    WAITING,
    Words,
    array_at,
    bytes_at,
)
from pynn_sfdfa.support.jit import jit

NAME = "DMA controller"
_SYSTEM_ADDRESS, _TCM_ADDRESS, _DESCRIPTION, _CONTROL, STATUS, _GLOBAL_CONTROL = 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
_STATISTICS_CONTROL, _STATISTICS, _STATISTICS_END = 0x28, 0x40, 0x60

_LENGTH, _TO_SYSTEM = 0x1FFFF, 1 << 19  # fields of the description

# Bits that a write to the control register obeys.
_DROP_WAITING, _ABORT, _RESTART, _CLEAR_DONE, _CLEAR_TIMEOUT, _CLEAR_ERROR = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

_ACTIVE, _WAITING, _DONE, _SECOND_DONE, _ERROR = 1 << 0, 1 << 2, 1 << 10, 1 << 11, 1 << 13  # status
_CORE_SHIFT = 24  # status 31:24: the number of the core, by which a program learns where it runs
_DONE_ENABLED = 0xC00  # global control: interrupt for the first and for the second finished transfer

# Estimates: a fixed time per transfer, then half of the peak rate of 4 bytes a cycle, as SDRAM is shared.
_SETUP_CYCLES = 40
_BYTES_PER_CYCLE = 2


@jit
def cycles(n_bytes: int) -> int:
    """Return how long a transfer takes."""
    return _SETUP_CYCLES + n_bytes // _BYTES_PER_CYCLE


@jit
def reset(core: Words) -> None:
    """Let no transfer be under way."""
    core[DMA_DUE] = NEVER


@jit
def _within(base: int, size: int, address: int, n: int) -> bool:
    return base <= address and address + n <= base + size


@jit
def host_address(core: Words, address: int, n: int) -> int:
    """Return where a range of the core's or the chip's memories is in this process, 0 if it is in none as a whole."""
    if address < DTCM_BASE + DTCM_SIZE:  # ITCM and DTCM lie below all that is shared
        if _within(ITCM_BASE, ITCM_SIZE, address, n):
            return int(core[ITCM] + address - ITCM_BASE)
        return int(core[DTCM] + address - DTCM_BASE) if _within(DTCM_BASE, DTCM_SIZE, address, n) else 0
    chip = array_at(core[CHIP], CHIP_WORDS)
    for base in SDRAM_BASES:
        if _within(base, SDRAM_SIZE, address, n) and address < base + SDRAM_SIZE:
            return int(chip[SDRAM] + address - base)
    for base in SYSRAM_BASES:
        if _within(base, SYSRAM_SIZE, address, n) and address < base + SYSRAM_SIZE:
            return int(chip[SYSRAM] + address - base)
    return 0


@jit
def _copy(core: Words, source: int, target: int, n: int) -> bool:
    """Copy bytes between any two memories; return whether they are there."""
    start, end = host_address(core, source, n), host_address(core, target, n)
    if start == 0 or end == 0:
        return False
    old, new = bytes_at(start, n), bytes_at(end, n)
    if start < end < start + n:
        for i in range(n - 1, -1, -1):
            new[i] = old[i]
    else:
        for i in range(n):
            new[i] = old[i]
    return True


@jit
def _update(core: Words) -> None:
    done = core[DONE] > 0 and core[GLOBAL_CONTROL] & _DONE_ENABLED != 0
    on = (1 << vic.DMA_DONE if done else 0) | (1 << vic.DMA_ERROR if core[DMA_ERROR] else 0)
    vic.set_sources(core, 1 << vic.DMA_DONE | 1 << vic.DMA_ERROR, on)


@jit
def _start(core: Words, source: int, target: int, n: int, time: int) -> None:
    if not _copy(core, source, target, n):
        core[DMA_ERROR] = 1
    core[DMA_DUE] = time + cycles(n)
    expect(core, core[DMA_DUE], DMA_ENDS, 0)


@jit
def end(core: Words, due: int) -> None:
    """End the transfer that was due, unless it has been aborted or the core has looked already."""
    if due != core[DMA_DUE]:
        return
    core[DMA_DUE] = NEVER
    core[DONE] = min(2, core[DONE] + 1)
    if core[WAITING]:
        core[WAITING] = 0
        _start(core, core[SOURCE], core[TARGET], core[LENGTH], due)
    _update(core)


@jit
def _settle(core: Words) -> None:
    """Count a transfer that has ended by now as ended."""
    while core[DMA_DUE] <= core[NOW]:
        end(core, core[DMA_DUE])


@jit
def _ask(core: Words, description: int) -> None:
    n = description & _LENGTH
    source, target = core[SYSTEM_ADDRESS], core[TCM_ADDRESS]
    if description & _TO_SYSTEM:
        source, target = target, source
    _settle(core)
    if core[DMA_DUE] == NEVER:
        _start(core, source, target, n, core[NOW])
    else:
        core[WAITING], core[SOURCE], core[TARGET], core[LENGTH] = 1, source, target, n


@jit
def status(core: Words) -> int:
    """Return what the status register says."""
    _settle(core)
    return int(
        core[NUMBER] << _CORE_SHIFT
        | (_ACTIVE if core[DMA_DUE] != NEVER else 0)
        | (_WAITING if core[WAITING] else 0)
        | (_DONE if core[DONE] else 0)
        | (_SECOND_DONE if core[DONE] > 1 else 0)
        | (_ERROR if core[DMA_ERROR] else 0)
    )


@jit
def _obey(core: Words, value: int) -> None:
    if value & _DROP_WAITING:
        core[WAITING] = 0
    if value & _ABORT:
        core[DMA_DUE] = NEVER
    if value & _CLEAR_DONE:
        core[DONE] = max(0, core[DONE] - 1)
    if value & _CLEAR_ERROR:
        core[DMA_ERROR] = 0
    _update(core)


@jit
def read(core: Words, offset: int) -> int:
    """Return a register."""
    found = UNMODELLED
    if offset == STATUS:
        note_poll(core)
        found = status(core)
    elif offset == _SYSTEM_ADDRESS:
        found = core[SYSTEM_ADDRESS]
    elif offset == _TCM_ADDRESS:
        found = core[TCM_ADDRESS]
    elif offset == _DESCRIPTION:
        found = core[DESCRIPTION]
    elif offset == _CONTROL:
        found = 0  # what it is told to do is done at once, and its bits are clear again
    elif offset == _GLOBAL_CONTROL:
        found = core[GLOBAL_CONTROL]
    elif offset == _STATISTICS_CONTROL:
        found = core[STATISTICS_CONTROL]
    elif _STATISTICS <= offset < _STATISTICS_END:
        found = 0  # bursts are not counted
    return int(found)


@jit
def write(core: Words, offset: int, value: int) -> bool:
    """Write a register; writing the description asks for a transfer."""
    if offset == _SYSTEM_ADDRESS:
        core[SYSTEM_ADDRESS] = value
    elif offset == _TCM_ADDRESS:
        core[TCM_ADDRESS] = value
    elif offset == _DESCRIPTION:
        core[DESCRIPTION] = value
        _ask(core, value)
    elif offset == _CONTROL:
        _obey(core, value)
    elif offset == _GLOBAL_CONTROL:
        core[GLOBAL_CONTROL] = value
        _update(core)
    elif offset == _STATISTICS_CONTROL:
        core[STATISTICS_CONTROL] = value
    else:
        return False
    return True
