"""Loops in which a core only waits: it reads a register of its own until that has another value.

Cores for synapses alone spend nearly all of their time in one. Between two events of a core nothing that such a loop
reads changes but the count of a timer. So if a round, in the blocks in which it has been executed once, ends with the
registers with which it begins, and writes nothing, further rounds do the same for as long as the counts that they read
decide the same way: these are counted, and not executed.
"""

from __future__ import annotations

import numpy as np

from pynn_sfdfa.hardware.emulator import dma, timer
from pynn_sfdfa.hardware.emulator.address_map import DEVICE_SIZE, DMA_BASES, TIMER_BASES
from pynn_sfdfa.hardware.emulator.arm import ALWAYS, compare, holds, operand, result_and_status
from pynn_sfdfa.hardware.emulator.words import (
    BEFORE,
    BLOCKS,
    COUNT_IN,
    DECISIONS,
    LIMIT,
    LONGEST_ROUND,
    MOST_DECISIONS,
    N_BLOCKS,
    N_DECISIONS,
    N_REGISTERS,
    NOW,
    PASSED_BY,
    POLLED_IN,
    POLLS,
    READ_FIRST,
    REGISTERS,
    TIMER_1,
    TIMER_2,
    VARIES,
    WRITTEN,
    Words,
    bytes_at,
)
from pynn_sfdfa.support.jit import jit

__all__ = ["OFTEN", "completes_round", "note", "pass_over"]

OFTEN = 4
"""Reads in a row, from the same block, after which a core is looked at more closely."""
_PAUSE = 60
"""As many reads more after a round that is not as is asked here, before the next one is looked at."""
_WORTH = 250
"""Cycles to go: for less it would take longer to look than to execute."""

_STATUS = N_REGISTERS - 1
"""The register behind r0 to r15."""
_COUNTER = 15
_REFUSED = -1
_FIELDS = 4
"""Words of a decision: the count, what it is compared with, the condition, and whether it held."""


@jit
def completes_round(core: Words, block: int) -> bool:
    """Whether a core that polls is back, with enough time ahead, where a round began that has been noted."""
    return bool(block == core[POLLED_IN] and core[N_BLOCKS] > 0 and core[LIMIT] - core[NOW] >= _WORTH)


@jit
def note(core: Words, block: int, n: int) -> None:
    """Note a block of a core that polls, and its number of instructions; rounds begin where the register is read."""
    if block == core[POLLED_IN]:
        core[N_BLOCKS] = 0
    elif core[N_BLOCKS] == 0:
        return
    if core[N_BLOCKS] == LONGEST_ROUND:
        core[N_BLOCKS], core[POLLS] = 0, -_PAUSE
        return
    core[BLOCKS + 2 * core[N_BLOCKS]], core[BLOCKS + 2 * core[N_BLOCKS] + 1] = block, n
    core[N_BLOCKS] += 1


@jit
def pass_over(core: Words) -> None:
    """Let time pass for as many rounds as are like the one that was noted, but the last of them.

    ``core[REGISTERS]`` holds r0 to r15 and the status at the start of a round. The last one is executed, so that
    registers hold the counts that it reads.
    """
    length, start, rounds = _length(core), core[NOW], 0
    if length == 0:
        core[POLLS] = -_PAUSE
        return
    while core[NOW] + length <= core[LIMIT] and _decides_alike(core):
        core[NOW] += length
        rounds += 1
    core[NOW] = start + max(0, rounds - 1) * length
    core[PASSED_BY] += core[NOW] - start


@jit
def _count(core: Words, which: int) -> int:
    """Return a count as a round that starts now reads it: bit 0 says of which timer, the others how many cycles on."""
    start = core[NOW]
    core[NOW] = start + (which >> 1)
    found = timer.count(core, TIMER_2 if which & 1 else TIMER_1)
    core[NOW] = start
    return int(found)


@jit
def _decides_alike(core: Words) -> bool:
    """Whether a round that starts now goes the way of the one that was noted."""
    for i in range(core[N_DECISIONS]):
        at = DECISIONS + _FIELDS * i
        status = compare(_count(core, core[at]), core[at + 1])
        if holds(core[at + 2], status) != (core[at + 3] != 0):
            return False
    return True


@jit
def _length(core: Words) -> int:
    """Return how many cycles a round takes, as it was noted; zero if the next one may not be like it."""
    for register in range(N_REGISTERS):
        core[BEFORE + register] = core[REGISTERS + register]
    core[VARIES] = core[READ_FIRST] = core[WRITTEN] = core[N_DECISIONS] = 0
    cycles, at = 0, core[POLLED_IN]
    for i in range(core[N_BLOCKS]):
        block, n = core[BLOCKS + 2 * i], core[BLOCKS + 2 * i + 1]
        if at != block:
            return 0
        cycles += n
        for j in range(n):
            if at != block + 4 * j:
                return 0
            at = _execute(core, at, cycles)
    if at != core[POLLED_IN] or core[READ_FIRST] & core[VARIES]:
        return 0
    for register in range(N_REGISTERS):
        if not core[VARIES] >> register & 1 and core[REGISTERS + register] != core[BEFORE + register]:
            return 0
    return int(cycles)


@jit
def _use(core: Words, register: int, at: int) -> int:
    """Return a register that an instruction reads."""
    if register == _COUNTER:
        return at + 8
    if not core[WRITTEN] >> register & 1:
        core[READ_FIRST] |= 1 << register
    return int(core[REGISTERS + register])


@jit
def _set(core: Words, register: int, value: int, varies: bool) -> None:
    core[REGISTERS + register] = value
    core[WRITTEN] |= 1 << register
    core[VARIES] = core[VARIES] & ~(1 << register) | (1 << register if varies else 0)


@jit
def _condition_holds(core: Words, condition: int) -> int:
    """Return whether a condition holds, or that there are too many of them; note it if it depends on a count."""
    outcome = holds(condition, _use(core, _STATUS, 0))
    if core[VARIES] >> _STATUS & 1:
        if core[N_DECISIONS] == MOST_DECISIONS:
            return _REFUSED
        at = DECISIONS + _FIELDS * core[N_DECISIONS]
        core[at], core[at + 1] = core[COUNT_IN + _STATUS], core[COUNT_IN + N_REGISTERS]
        core[at + 2], core[at + 3] = condition, 1 if outcome else 0
        core[N_DECISIONS] += 1
    return 1 if outcome else 0


@jit
def _execute(core: Words, at: int, cycles: int) -> int:
    """Do what an instruction does; return the address of the next one, or -1 if it is none for which this is made."""
    start = dma.host_address(core, at, 4)
    if start == 0:
        return _REFUSED
    code = _little_endian(start, 4)
    condition = code >> 28
    if condition > ALWAYS:
        return _REFUSED
    if condition < ALWAYS:
        decided = _condition_holds(core, condition)
        if decided != 1:
            return _REFUSED if decided == _REFUSED else at + 4
    kind = code >> 25 & 7
    if kind == 5 and not code >> 24 & 1:
        offset = (code & 0xFF_FFFF) - ((code & 0x80_0000) << 1)
        return int(at + 8 + 4 * offset) & 0xFFFF_FFFF
    done = False
    if kind < 2:
        done = _process(core, code, at)
    elif kind < 4:
        done = _load(core, code, at, cycles)
    return at + 4 if done else _REFUSED


@jit
def _little_endian(start: int, n: int) -> int:
    found, source = np.int64(0), bytes_at(start, n)
    for i in range(n):
        found |= np.int64(source[i]) << 8 * i
    return int(found)


@jit
def _process(core: Words, code: int, at: int) -> bool:
    """Do what a data-processing instruction does; one that reads a count may only compare it."""
    operation, sets_status = code >> 21 & 15, code >> 20 & 1
    first, target, second = code >> 16 & 15, code >> 12 & 15, code & 15
    tests, moves, by_register = 8 <= operation < 12, operation in (13, 15), not code >> 25 & 1
    if 5 <= operation < 8 or (tests and not sets_status) or (not tests and target == _COUNTER):
        return False
    if by_register and (code >> 4 & 1 or (code >> 5 & 3 == 3 and code >> 7 & 31 == 0) or core[VARIES] >> second & 1):
        return False
    status = core[REGISTERS + _STATUS]
    b, carry = operand(code, _use(core, second, at) if by_register else 0, status >> 29 & 1)
    a = 0 if moves else _use(core, first, at)
    if not moves and core[VARIES] >> first & 1:
        if operation != 10 or code >> 28 != ALWAYS:
            return False
        core[COUNT_IN + _STATUS], core[COUNT_IN + N_REGISTERS] = core[COUNT_IN + first], b
        _set(core, _STATUS, status & 0xFFF_FFFF | compare(a, b), True)
        return True
    value, found = result_and_status(operation, a, b, carry, status)
    if sets_status:
        if core[VARIES] >> _STATUS & 1 and not (operation in (2, 3, 4, 10, 11) and code >> 28 == ALWAYS):
            return False  # some of the flags would stay as a count has set them
        if operation not in (2, 3, 4, 10, 11):
            _use(core, _STATUS, at)
        _set(core, _STATUS, found, False)
    if not tests:
        _set(core, target, value, False)
    return True


@jit
def _load(core: Words, code: int, at: int, cycles: int) -> bool:
    """Load a word or byte without writing an address back, from memory or from one of two registers of devices."""
    is_byte, by_register = code >> 22 & 1, code >> 25 & 1
    base, target, second = code >> 16 & 15, code >> 12 & 15, code & 15
    if not (code >> 20 & 1 and code >> 24 & 1) or code >> 21 & 1 or target == _COUNTER:
        return False
    if core[VARIES] >> base & 1 or (by_register and (code >> 4 & 1 or core[VARIES] >> second & 1)):
        return False
    offset = code & 0xFFF
    if by_register:
        if code >> 5 & 3 == 3:
            return False
        offset, _ = operand(code & ~(1 << 25), _use(core, second, at), 0)
    n = 1 if is_byte else 4
    address = (_use(core, base, at) + (offset if code >> 23 & 1 else -offset)) & 0xFFFF_FFFF
    memory = dma.host_address(core, address, n)
    if address % n:
        return False
    if memory:
        _set(core, target, _little_endian(memory, n), False)
        return True
    return not is_byte and _load_register(core, address, target, cycles)


@jit
def _load_register(core: Words, address: int, target: int, cycles: int) -> bool:
    for base in TIMER_BASES:
        which = timer.whose_count(address - base) if base <= address < base + DEVICE_SIZE else -1
        if which >= 0:
            core[COUNT_IN + target] = cycles << 1 | which
            _set(core, target, _count(core, core[COUNT_IN + target]), True)
            return True
    for base in DMA_BASES:
        if address == base + dma.STATUS:
            _set(core, target, dma.status(core), False)
            return True
    return False
