"""IP tags: which messages of cores leave a board for which socket, and which datagrams reach which core."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass

from pynn_sfdfa.hardware.board.scp import Request, RequestError, Result, TagOperation

__all__ = ["N_TAGS", "Tag", "TagTable"]

N_FIXED = 8
"""Tags that a host sets; as many again are lent to senders that wait for an answer."""
N_TAGS = 2 * N_FIXED

_STRIP, _REVERSE, _OF_SENDER = 1 << 28, 1 << 29, 1 << 30
_IN_USE, _IS_REVERSE, _IS_STRIPPED, _IS_LENT = 0x8000, 0x0200, 0x0100, 0x4000
_TIMEOUT_CODE = 9
_ENTRY = struct.Struct("<4s6x3HIH3B")


@dataclass(frozen=True, slots=True)
class Tag:
    """An entry of the table.

    Attributes
    ----------
    address : (str, int)
        Where messages with this tag are sent; of a reverse tag, the port alone counts, that the board listens on.
    strip : bool
        Whether the header of messages stays behind.
    target : (int, int, int, int), optional
        Of a reverse tag: x, y, core and port that its datagrams go to.
    lent : bool
        Whether it is to answer a sender, rather than set by a host.
    """

    address: tuple[str, int]
    strip: bool = False
    target: tuple[int, int, int, int] | None = None
    lent: bool = False


class TagTable:
    """The tags of a board, as SC&MP holds them; threads may use it at the same time."""

    def __init__(self) -> None:
        self._tags: dict[int, Tag] = {}
        self._counts = [0] * N_TAGS
        self._next = N_FIXED
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        """Whether a host has set a tag, so that a simulation is live."""
        with self._lock:
            return any(not tag.lent for tag in self._tags.values())

    def find(self, number: int) -> Tag | None:
        """Return the tag of a message that leaves the board, and count it; None if it is not set or a reverse one."""
        with self._lock:
            tag = self._tags.get(number)
            if tag is None or tag.target is not None:
                return None
            self._counts[number] += 1
            return tag

    def targets(self) -> dict[int, tuple[int, int, int, int]]:
        """Return x, y, core and port by the port that a reverse tag listens on."""
        with self._lock:
            return {tag.address[1]: tag.target for tag in self._tags.values() if tag.target is not None}

    def set(self, number: int, tag: Tag) -> None:
        """Set a tag, whatever it was."""
        with self._lock:
            self._tags[number] = tag
            self._counts[number] = 0

    def clear(self, number: int) -> None:
        """Clear a tag; it need not be set."""
        with self._lock:
            self._tags.pop(number, None)

    def lend(self, address: tuple[str, int]) -> int:
        """Return the tag of a sender that waits for an answer, the one of longest ago if none is free."""
        with self._lock:
            for number, tag in self._tags.items():
                if tag.lent and tag.address == address:
                    return number
            number, self._next = self._next, N_FIXED + (self._next + 1) % N_FIXED
            self._tags[number] = Tag(address, lent=True)
            self._counts[number] = 0
            return number

    def described(self, number: int) -> bytes:
        """Return what SC&MP tells of a tag."""
        with self._lock:
            tag = self._tags.get(number)
            if tag is None:
                return bytes(_ENTRY.size)
            flags = _IN_USE | (_IS_STRIPPED if tag.strip else 0) | (_IS_LENT if tag.lent else 0)
            port = 0
            x, y, core, sdp_port = tag.target or (0, 0, 0, 0)
            if tag.target is None:
                host, port = tag.address
                rx_port = 0
            else:
                host, rx_port, flags = "0.0.0.0", tag.address[1], flags | _IS_REVERSE
            return _ENTRY.pack(
                socket.inet_aton(host), port, 0, flags, self._counts[number], rx_port, y, x, sdp_port << 5 | core
            )


def requested(request: Request, sender: tuple[str, int] | None) -> tuple[int, TagOperation, Tag | None]:
    """Return which tag a request is about, what is to be done with it, and what it is set to.

    Parameters
    ----------
    request : Request
        Of command IPTAG.
    sender : (str, int) or None
        Where the request came from, if from the network.

    Raises
    ------
    RequestError
    """
    first, second, third = request.arguments
    operation, number = first >> 16 & 15, first & 255
    if operation not in set(TagOperation):
        raise RequestError(Result.ARG)
    if operation == TagOperation.TIMEOUT:
        return 0, TagOperation.TIMEOUT, None
    if number >= N_TAGS or (operation == TagOperation.SET and number >= N_FIXED):
        raise RequestError(Result.ARG)
    if operation != TagOperation.SET:
        return number, TagOperation(operation), None
    port = second & 0xFFFF
    if first & _REVERSE:
        target = second >> 24, second >> 16 & 255, first >> 8 & 31, first >> 13 & 7
        return number, TagOperation.SET, Tag(("", port), bool(first & _STRIP), target)
    if first & _OF_SENDER:
        if sender is None:
            raise RequestError(Result.ARG)
        return number, TagOperation.SET, Tag(sender, bool(first & _STRIP))
    host = socket.inet_ntoa(third.to_bytes(4, "little"))
    return number, TagOperation.SET, Tag((host, port), bool(first & _STRIP))


TIMEOUTS = bytes((_TIMEOUT_CODE, 0, N_FIXED, N_FIXED))
"""What SC&MP tells of all tags: a code for when lent ones lapse, and how many there are to lend and to set."""
