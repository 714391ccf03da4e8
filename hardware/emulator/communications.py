"""Communications controller of a core (datasheet, section 8): packets out and in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from pynn_sfdfa.hardware.emulator.device import unmodelled

_TRANSMIT_CONTROL, _TRANSMIT_DATA, _TRANSMIT_KEY = 0x00, 0x04, 0x08
_RECEIVE_STATUS, _RECEIVE_DATA, _RECEIVE_KEY, _SOURCE_ADDRESS = 0x0C, 0x10, 0x14, 0x18

# Transmit control says: empty, not full. Bit 30 (has been full) and bit 29 (overrun) are never set.
_EMPTY, _NOT_FULL = 1 << 31, 1 << 28
_RECEIVED = 1 << 31  # receive status
_CONTROL_FIELD = 0x00FF_0000  # the control byte of a packet, in transmit control and receive status alike
_PAYLOAD, _KIND_SHIFT = 1 << 17, 22

MULTICAST, POINT_TO_POINT, NEAREST_NEIGHBOUR, FIXED_ROUTE = range(4)
"""Bits 7:6 of a packet's control byte."""


class Packet(NamedTuple):
    """A packet; ``payload`` is None for a short one (40 bits), else its 32 bits more."""

    kind: int
    key: int
    payload: int | None


class CommunicationsController:
    """Sends a packet when its key is written; holds those that arrived until their keys are read.

    A packet leaves at once and any number may wait here: the emulated network never backs up.
    """

    def __init__(self, send: Callable[[Packet], None], interrupt: Callable[[int | None], None]) -> None:
        self._send = send
        self._interrupt = interrupt
        self._control = 0
        self._data: int | None = None
        self._source_address = 0
        self._received: deque[Packet] = deque()

    def receive(self, packet: Packet) -> None:
        """Take a packet from the router."""
        self._received.append(packet)
        if len(self._received) == 1:
            self._interrupt(packet.kind)

    def read(self, offset: int) -> int:
        """Return a register; reading the key of a received packet takes it out."""
        first = self._received[0] if self._received else None
        if offset == _RECEIVE_STATUS:
            return (
                0 if first is None else _RECEIVED | first.kind << _KIND_SHIFT | (first.payload is not None and _PAYLOAD)
            )
        if offset == _RECEIVE_DATA:
            return first.payload or 0 if first else 0
        if offset == _RECEIVE_KEY:
            return self._take()
        if offset == _TRANSMIT_CONTROL:
            return _EMPTY | _NOT_FULL | self._control & _CONTROL_FIELD
        if offset == _SOURCE_ADDRESS:
            return self._source_address
        raise unmodelled("communications controller", "read", offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register; writing the key sends a packet."""
        if offset == _TRANSMIT_CONTROL:
            self._control = value
        elif offset == _TRANSMIT_DATA:
            self._data = value
        elif offset == _TRANSMIT_KEY:
            # Data written since the last packet make this one long, whatever transmit control says.
            payload, self._data = self._data, None
            self._send(Packet(self._control >> _KIND_SHIFT & 3, value, payload))
        elif offset == _SOURCE_ADDRESS:
            self._source_address = value
        elif offset != _RECEIVE_STATUS:  # clears error flags, and there are no errors
            raise unmodelled("communications controller", "write", offset)

    def _take(self) -> int:
        if not self._received:
            return 0
        key = self._received.popleft().key
        self._interrupt(self._received[0].kind if self._received else None)
        return key
