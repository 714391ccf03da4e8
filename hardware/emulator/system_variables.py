"""The 256 bytes of system variables (sv) at the top of SysRAM, and what booting leaves in a chip's memories."""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator import heap, router_table, vcpu
from pynn_sfdfa.hardware.emulator.address_map import (
    SDRAM_BASES,
    SDRAM_SIZE,
    SYSRAM_BASES,
    SYSRAM_HEAP,
    SYSTEM_VARIABLES,
    VCPU_BASE,
)
from pynn_sfdfa.hardware.emulator.memory import SharedMemory
from pynn_sfdfa.hardware.emulator.states import CoreState

# Offsets in sv.
P2P_ADDRESS, P2P_DIMENSIONS, DEBUG_ADDRESS, P2P_UP, ETHERNET_ADDRESS = 0x00, 0x02, 0x04, 0x06, 0x08
HARDWARE_VERSION, ETHERNET_UP, CLOCK_DIVISORS = 0x0A, 0x0B, 0x0E
CLOCK_MS, TIME_MS, UNIX_TIME = 0x10, 0x18, 0x1C
CPU_CLOCK, MEMORY_CLOCK, FORWARD, PEEK_TIME, LED_PERIOD = 0x24, 0x26, 0x28, 0x2A, 0x2B
N_MESSAGE_BUFFERS, SYSRAM_HEAP_POINTER, SDRAM_HEAP_POINTER = 0x41, 0x48, 0x4C
IOBUF_SIZE, SYSTEM_BUFFERS, SYSTEM_BUFFER_WORDS, LINKS_UP = 0x50, 0x54, 0x58, 0x65
FREE_MESSAGES, MESSAGES_IN_USE, MOST_MESSAGES_IN_USE = 0x68, 0x6C, 0x6E
PHYSICAL_TO_VIRTUAL, VIRTUAL_TO_PHYSICAL, N_CORES, N_ROM_CORES = 0x94, 0xA8, 0xBC, 0xBD
SDRAM_BASE, SYSRAM_BASE, SYSTEM_SDRAM, VCPU_POINTER = 0xC0, 0xC4, 0xC8, 0xCC
SYSTEM_HEAP, ROUTER_COPY, HOP_TABLE, TAG_TABLE, ROUTER_FREE, APP_DATA = 0xD0, 0xD4, 0xD8, 0xDC, 0xE0, 0xE4
MESSAGE_BUFFERS, MAILBOX_FLAGS, SOFTWARE_VERSION = 0xE8, 0xEC, 0xFC

MESSAGE_SIZE = 292
"""Bytes of a message buffer: link, length, checksum, SDP header, command header, 256 bytes of data, a word."""

_SYSTEM_SDRAM_BYTES = 8 * 1024 * 1024
_SYSTEM_IMAGE_BYTES = 256 * 1024
_BUFFER_WORDS = 32768
_SYSRAM_USER_BYTES = 4 * 1024
_MESSAGE_BUFFER_COUNT = 7
_MAP_SIZE = 20


def sv(field: int) -> int:
    """Return the address of a system variable."""
    return SYSTEM_VARIABLES + field


def boot(memory: SharedMemory, x: int, y: int, n_cores: int, links_up: int, ethernet: tuple[int, int]) -> None:
    """Leave in memory what SCAMP leaves after booting, with its default settings; core 0 is the monitor."""
    halves = {
        P2P_ADDRESS: x << 8 | y,
        ETHERNET_ADDRESS: ethernet[0] << 8 | ethernet[1],
        DEBUG_ADDRESS: ethernet[0] << 8 | ethernet[1],
        CPU_CLOCK: 200,
        MEMORY_CLOCK: 130,
    }
    for field, value in halves.items():
        memory.set_half(sv(field), value)
    numbers = {
        P2P_UP: 1,
        HARDWARE_VERSION: 5,
        ETHERNET_UP: int((x, y) == ethernet),
        CLOCK_DIVISORS: 0x33,
        FORWARD: 0x3F,
        PEEK_TIME: 200,
        LED_PERIOD: 1,
        N_MESSAGE_BUFFERS: _MESSAGE_BUFFER_COUNT,
        LINKS_UP: links_up,
        N_CORES: n_cores,
        N_ROM_CORES: n_cores,
    }
    for field, value in numbers.items():
        memory.set_byte(sv(field), value)
    for p in range(_MAP_SIZE):
        for table in (PHYSICAL_TO_VIRTUAL, VIRTUAL_TO_PHYSICAL):
            memory.set_byte(sv(table + p), p if p < n_cores else 0xFF)
    memory.set_word(sv(VCPU_POINTER), VCPU_BASE)
    memory.set_word(sv(SOFTWARE_VERSION), 0x0004_0000)
    _lay_out_sysram(memory)
    _lay_out_sdram(memory)
    memory.set_byte(vcpu.address(0, vcpu.STATE), CoreState.RUNNING)
    memory.write(vcpu.address(0, vcpu.APP_NAME), b"scamp-3")
    for p in range(1, n_cores):
        memory.set_byte(vcpu.address(p, vcpu.STATE), CoreState.IDLE)
        memory.set_byte(vcpu.address(p, vcpu.PHYSICAL_CORE), p)
        memory.write(vcpu.address(p, vcpu.APP_NAME), b"sark")


def _lay_out_sysram(memory: SharedMemory) -> None:
    """Room for users, then a heap with the buffers for messages, chained by their first words."""
    heap_base = SYSRAM_HEAP + _SYSRAM_USER_BYTES
    heap.initialise(memory, heap_base, SYSRAM_BASES[0] + 0x7000)
    memory.set_word(sv(SYSRAM_BASE), SYSRAM_HEAP)
    memory.set_word(sv(SYSRAM_HEAP_POINTER), heap_base)
    buffers = _system_block(memory, heap_base, MESSAGE_SIZE * _MESSAGE_BUFFER_COUNT)
    memory.set_word(sv(MESSAGE_BUFFERS), buffers)
    memory.set_word(sv(FREE_MESSAGES), buffers)
    for i in range(_MESSAGE_BUFFER_COUNT - 1):
        memory.set_word(buffers + MESSAGE_SIZE * i, buffers + MESSAGE_SIZE * (i + 1))


def _lay_out_sdram(memory: SharedMemory) -> None:
    """From the bottom: a buffer per core, the users' heap, the image of the idle program, the system's heap."""
    base, top = SDRAM_BASES[0], SDRAM_BASES[0] + SDRAM_SIZE
    user, system = base + 18 * 4 * _BUFFER_WORDS, top - _SYSTEM_SDRAM_BYTES
    system_heap = system + _SYSTEM_IMAGE_BYTES
    heap.initialise(memory, user, system)
    heap.initialise(memory, system_heap, top)
    words = {
        IOBUF_SIZE: 16384,
        SYSTEM_BUFFERS: base,
        SYSTEM_BUFFER_WORDS: _BUFFER_WORDS,
        SDRAM_BASE: user,
        SDRAM_HEAP_POINTER: user,
        SYSTEM_SDRAM: system,
        SYSTEM_HEAP: system_heap,
        HOP_TABLE: _system_block(memory, system_heap, 65536 * 4),
        ROUTER_COPY: _system_block(memory, system_heap, router_table.COPY_SIZE),
        TAG_TABLE: _system_block(memory, system_heap, 65536 * 4),
        APP_DATA: _system_block(memory, system_heap, 256 * 8),
    }
    for field, value in words.items():
        memory.set_word(sv(field), value)
    router_table.initialise(memory, words[ROUTER_COPY], sv(ROUTER_FREE))


def _system_block(memory: SharedMemory, heap_base: int, size: int) -> int:
    address = heap.allocate(memory, heap_base, size, owner=0)
    assert address is not None  # sizes are constants that fit
    return address
