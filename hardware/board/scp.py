"""SCP: the requests of a host to a monitor, and the replies, within SDP messages.

The layout is that of the SpiNNaker project's AppNote 5 ("SpiNNaker Command Protocol"); everything is little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from pynn_sfdfa.hardware.emulator import SDPMessage

__all__ = ["Allocation", "Command", "Request", "RequestError", "Result", "Routing", "TagOperation"]

_COMMAND = struct.Struct("<2H")
_ARGUMENTS = struct.Struct("<3I")


class Command(IntEnum):
    """What a host may ask the monitor for; the names are SC&MP's."""

    VER = 0
    READ = 2
    WRITE = 3
    FILL = 5
    COUNT = 15
    AR = 19
    NNP = 20
    APP_COPY_RUN = 21
    SIG = 22
    IPTAG = 26
    ALLOC = 28
    RTR = 29
    INFO = 31
    SYNC = 32


class Allocation(IntEnum):
    """Operations of ALLOC."""

    SDRAM = 0
    FREE_SDRAM = 1
    FREE_SDRAM_OF_APP = 2
    ROUTES = 3
    FREE_ROUTES_OF_APP = 5


class Routing(IntEnum):
    """Operations of RTR."""

    CLEAR = 0
    LOAD = 2


class TagOperation(IntEnum):
    """Operations of IPTAG."""

    SET = 1
    GET = 2
    CLEAR = 3
    TIMEOUT = 4


class Result(IntEnum):
    """Result codes of a reply."""

    OK = 0x80
    SUM = 0x82
    CMD = 0x83
    ARG = 0x84
    ROUTE = 0x87


class RequestError(Exception):
    """A request that the monitor refuses; the reply carries the result code."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


@dataclass(frozen=True, slots=True)
class Request:
    """A command with a number to tell its reply by, three words and data."""

    message: SDPMessage
    command: int
    sequence: int
    arguments: tuple[int, int, int]
    data: bytes

    @classmethod
    def parse(cls, message: SDPMessage) -> Request:
        """Read the request in an SDP message; words that are missing are 0."""
        command, sequence = _COMMAND.unpack_from(message.data)
        body = message.data[_COMMAND.size :].ljust(_ARGUMENTS.size, b"\0")
        first, second, third = _ARGUMENTS.unpack_from(body)
        return cls(message, command, sequence, (first, second, third), body[_ARGUMENTS.size :])

    def reply(self, x: int, y: int, result: Result, data: bytes = b"") -> SDPMessage:
        """Return the answer of the monitor of chip (`x`, `y`)."""
        to, place = self.message.source_port, self.message.source_address
        return SDPMessage(
            x=place >> 8,
            y=place & 255,
            core=to & 31,
            port=to >> 5,
            data=_COMMAND.pack(result, self.sequence) + data,
            tag=self.message.tag,
            source_port=0,  # the monitor is core 0 and takes commands on port 0
            source_address=x << 8 | y,
        )
