"""A core's block of 128 bytes in SysRAM (SARK's vcpu): state, mailboxes, the log's address, four words for users."""

from __future__ import annotations

import struct

from pynn_sfdfa.hardware.emulator.address_map import VCPU_BASE, VCPU_SIZE
from pynn_sfdfa.hardware.emulator.interface import CoreStatus
from pynn_sfdfa.hardware.emulator.memory import SharedMemory
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError

RT_CODE, PHYSICAL_CORE, STATE, APP_ID = 44, 45, 46, 47
TO_CORE_MESSAGE, TO_MONITOR_MESSAGE, TO_CORE_COMMAND, TO_MONITOR_COMMAND = 48, 52, 56, 57
SOFTWARE_ERRORS, TIME, APP_NAME, IOBUF, USER = 58, 68, 72, 88, 112
IOBUF_LENGTH = 12
"""Offset of the number of characters in a buffer of the log."""
_IOBUF_HEADER = struct.Struct("<IIII")


def address(p: int, field: int = 0) -> int:
    """Return where a field of core ``p``'s block is."""
    return VCPU_BASE + VCPU_SIZE * p + field


def decode(memory: SharedMemory, p: int) -> CoreStatus:
    """Return the block of a core, decoded."""
    raw = memory.read(address(p), VCPU_SIZE)
    *registers, program_status, stack_pointer, link_register = struct.unpack_from("<11I", raw)
    return CoreStatus(
        state=CoreState(raw[STATE]),
        error=RunTimeError(raw[RT_CODE]) if raw[STATE] == CoreState.RUN_TIME_EXCEPTION else RunTimeError.NONE,
        app_id=raw[APP_ID],
        app_name=raw[APP_NAME : APP_NAME + 16].split(b"\0")[0].decode("latin-1"),
        iobuf_address=struct.unpack_from("<I", raw, IOBUF)[0],
        software_errors=struct.unpack_from("<H", raw, SOFTWARE_ERRORS)[0],
        registers=tuple(registers),
        program_status=program_status,
        stack_pointer=stack_pointer,
        link_register=link_register,
        user=struct.unpack_from("<4I", raw, USER),
        raw=raw,
    )


def iobuf(memory: SharedMemory, p: int) -> str:
    """Return all lines that a core has logged: the text of a chain of buffers, each with four words before it."""
    text, buffer = b"", memory.word(address(p, IOBUF))
    while buffer:
        following, _, _, n = _IOBUF_HEADER.unpack(memory.read(buffer, _IOBUF_HEADER.size))
        text += memory.read(buffer + _IOBUF_HEADER.size, n)
        buffer = following
    return text.decode("latin-1")
