"""SDP messages: the datagrams between host, monitors and cores."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct("<BBBBHH")
HOST_PORT = 0xFF
"""Port and core byte of the host, behind the Ethernet connection of a board."""
HOST_TAG = 0xFF


@dataclass(frozen=True)
class SDPMessage:
    """One datagram.

    A port byte is ``port << 5 | core``; an address is ``x << 8 | y``.

    Attributes
    ----------
    x, y, core, port : int
        Where it goes.
    data : bytes
        What follows the 8 bytes of header (an SCP command header included).
    flags : int
        0x87 where a reply is expected, else 7.
    tag : int
    source_port, source_address : int
        Where it comes from.
    """

    x: int
    y: int
    core: int
    port: int
    data: bytes
    flags: int = 0x07
    tag: int = HOST_TAG
    source_port: int = HOST_PORT
    source_address: int = 0

    def header(self) -> bytes:
        """Return the 8 bytes that stand before the data."""
        to = self.port << 5 | self.core
        return HEADER.pack(self.flags, self.tag, to, self.source_port, self.x << 8 | self.y, self.source_address)

    @classmethod
    def from_bytes(cls, message: bytes) -> SDPMessage:
        """Read header and data of a message.

        Raises
        ------
        ValueError
            Fewer than 8 bytes.
        """
        if len(message) < HEADER.size:
            raise ValueError(f"an SDP message has a header of {HEADER.size} bytes; this one is {len(message)} long")
        flags, tag, to, source_port, address, source_address = HEADER.unpack_from(message)
        return cls(
            address >> 8,
            address & 0xFF,
            to & 0x1F,
            to >> 5,
            message[HEADER.size :],
            flags,
            tag,
            source_port,
            source_address,
        )
