"""A core's block of 128 bytes in SysRAM (SARK's vcpu): state, mailboxes, the log's address, four words for users."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from pynn_sfdfa.hardware.emulator.address_map import VCPU_BASE, VCPU_SIZE
from pynn_sfdfa.hardware.emulator.faults import BadAddress
from pynn_sfdfa.hardware.emulator.interface import CoreStatus
from pynn_sfdfa.hardware.emulator.memory import SharedMemory
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError

REGISTERS = 0
RT_CODE, PHYSICAL_CORE, STATE, APP_ID = 44, 45, 46, 47
TO_CORE_MESSAGE, TO_MONITOR_MESSAGE, TO_CORE_COMMAND, TO_MONITOR_COMMAND = 48, 52, 56, 57
SOFTWARE_ERRORS, TIME, APP_NAME, IOBUF, USER = 58, 68, 72, 88, 112
NAME_LENGTH = 16
IOBUF_LENGTH = 12
"""Offset of the number of characters in a buffer of the log."""
_IOBUF_HEADER = struct.Struct("<IIII")
_LONGEST_LOG, _MOST_BUFFERS = 1 << 24, 1 << 16
"""Bytes, and buffers of which SCAMP gives each 16 KB; what is more than that is no log."""
_REGISTERS = struct.Struct("<11I")


def address(p: int, field: int = 0) -> int:
    """Return where a field of core ``p``'s block is."""
    return VCPU_BASE + VCPU_SIZE * p + field


def decode(memory: SharedMemory, p: int) -> CoreStatus:
    """Return the block of a core, decoded."""
    raw = memory.read(address(p), VCPU_SIZE)
    *registers, program_status, stack_pointer, link_register = _REGISTERS.unpack_from(raw)
    return CoreStatus(
        state=CoreState(raw[STATE]),
        error=RunTimeError(raw[RT_CODE]) if raw[STATE] == CoreState.RUN_TIME_EXCEPTION else RunTimeError.NONE,
        app_id=raw[APP_ID],
        app_name=raw[APP_NAME : APP_NAME + NAME_LENGTH].split(b"\0")[0].decode("latin-1"),
        iobuf_address=struct.unpack_from("<I", raw, IOBUF)[0],
        software_errors=struct.unpack_from("<H", raw, SOFTWARE_ERRORS)[0],
        registers=tuple(registers),
        program_status=program_status,
        stack_pointer=stack_pointer,
        link_register=link_register,
        user=struct.unpack_from("<4I", raw, USER),
        raw=raw,
    )


def note_death(memory: SharedMemory, p: int, state: CoreState, error: RunTimeError, registers: Sequence[int]) -> None:
    """Leave in a core's block what SARK leaves when a program fails; registers are r0 to r15 and the status."""
    *general, stack_pointer, link_register, _, status = registers
    memory.write(address(p, REGISTERS), _REGISTERS.pack(*general[:8], status, stack_pointer, link_register))
    memory.set_byte(address(p, RT_CODE), error)
    memory.set_byte(address(p, STATE), state)


def iobuf(memory: SharedMemory, p: int) -> str:
    """Return all lines that a core has logged; where a program has written over the log, it ends with a remark."""
    parts = []
    try:
        for buffer, n in buffers(memory, p):
            parts.append(memory.read(buffer + _IOBUF_HEADER.size, n))
    except BadAddress as error:
        parts.append(f"\n(the log is broken off: {error})\n".encode())
    return b"".join(parts).decode("latin-1")


def buffers(memory: SharedMemory, p: int) -> Iterator[tuple[int, int]]:
    """Yield address and number of characters of a core's buffers: a chain, with four words before each one's text.

    Raises
    ------
    BadAddress
        The program has written over the chain.
    """
    buffer, seen, total = memory.word(address(p, IOBUF)), set[int](), 0
    while buffer:
        following, _, _, n = _IOBUF_HEADER.unpack(memory.read(buffer, _IOBUF_HEADER.size))
        total += n
        if buffer in seen or len(seen) == _MOST_BUFFERS or total > _LONGEST_LOG:
            raise BadAddress(f"{buffer:#010x} is no buffer of a log")
        seen.add(buffer)
        yield buffer, n
        buffer = following
