"""Where compiled code and Python find what they share: one array of int64 per core, per chip and per machine."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from pynn_sfdfa.hardware.emulator.address_map import ITCM_SIZE
from pynn_sfdfa.support.jit import jit

__all__ = ["Words", "array_at", "bytes_at", "modes_of", "words_at"]

Words = NDArray[np.int64]

N_SLOTS, DEEPEST, N_CORES, N_LINKS, N_COUNTERS = 16, 63, 32, 6, 16

# Of a core: its processor,
NOW, LIMIT, LINES, STOPPED, PROGRAM_COUNTER, ERROR, HANDLE, BUFFER, VALUE, BLOCK, BLOCK_SIZE, MODES = range(12)
INSTRUCTIONS, ADDRESS, WORLD, CHIP, PLACE, NUMBER, PENDING = range(12, 19)
# its turns,
AWAKE, ASLEEP, HALTED, GONE, DEAD, LAST_CYCLE, HAS_SLEPT, STATE_BYTE, ITCM, DTCM = range(19, 29)
# interrupt controller,
SOURCES, SELECT, ENABLE, SOFTWARE, DEFAULT_VECTOR, DEPTH = range(29, 35)
LEVELS, ADDRESSES, CONTROLS, TIMERS = accumulate((35, DEEPEST + 1, N_SLOTS, N_SLOTS))
# two timers,
LOAD, CONTROL, RAW, STOPPED_AT, PASSED_OVER, DUE, TIMER_WORDS = range(7)
TIMER_1, TIMER_2, DMA = TIMERS, TIMERS + TIMER_WORDS, TIMERS + 2 * TIMER_WORDS
# DMA controller
SYSTEM_ADDRESS, TCM_ADDRESS, DESCRIPTION, GLOBAL_CONTROL, STATISTICS_CONTROL = range(DMA, DMA + 5)
WAITING, SOURCE, TARGET, LENGTH, DONE, DMA_ERROR, DMA_DUE, COMMUNICATIONS = range(DMA + 5, DMA + 13)
# communications controller,
TRANSMIT_CONTROL, HAS_DATA, DATA, SOURCE_ADDRESS, RING, ROOM, FIRST, N_RECEIVED, POLLED_IN = range(
    COMMUNICATIONS, COMMUNICATIONS + 9
)
# and loops in which it only waits: the block that reads a register and how often it has done so in a row, cycles that
# were passed over, and a round of blocks, with what it does to registers.
POLLS, PASSED_BY, N_BLOCKS, VARIES, READ_FIRST, WRITTEN, N_DECISIONS, BLOCKS = range(POLLED_IN + 1, POLLED_IN + 9)
LONGEST_ROUND, N_REGISTERS, MOST_DECISIONS = 16, 17, 4
REGISTERS, BEFORE, COUNT_IN, DECISIONS, CORE_WORDS = accumulate(
    (BLOCKS + 2 * LONGEST_ROUND, N_REGISTERS, N_REGISTERS, N_REGISTERS + 1, 4 * MOST_DECISIONS)
)

# Of a chip; words of cores and neighbours are addresses, zero where there is none.
SDRAM, SYSRAM, MILLISECONDS, RUNNING, WAYS, COUNTERS, CHIP_PLACE = range(7)
CORES, NEIGHBOURS, CHIP_WORDS = accumulate((7, N_CORES, N_LINKS))

# Of a machine.
TIME, EVENTS, N_EVENTS, MOST_EVENTS, ORDER, LOSES, FOUND, DETAIL, WORLD_WORDS = range(9)

PACKET_WORDS = 3
"""Words of a packet that waits to be read: kind, key, and payload or -1."""


@intrinsic
def _pointer(_typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(address), generate


@jit
def array_at(address: int, n: int) -> Words:
    """Return the words at an address of this process."""
    found: Words = carray(_pointer(address), n, np.int64)
    return found


@jit
def bytes_at(address: int, n: int) -> NDArray[np.uint8]:
    """Return the bytes at an address of this process."""
    found: NDArray[np.uint8] = carray(_pointer(address), n, np.uint8)
    return found


@jit
def words_at(address: int) -> Words:
    """Return the words of a core."""
    found: Words = carray(_pointer(address), CORE_WORDS, np.int64)
    return found


@jit
def modes_of(core: Words) -> NDArray[np.uint8]:
    """Return, for each half-word of ITCM, whether a block that starts there is ARM or Thumb code, once known."""
    found: NDArray[np.uint8] = carray(_pointer(core[MODES]), ITCM_SIZE // 2, np.uint8)
    return found
