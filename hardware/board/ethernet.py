"""The board's Ethernet on the loopback: datagrams for cores, and what cores send to sockets, by IP tags."""

from __future__ import annotations

import socket
import struct
import threading
import warnings
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.board.errors import BoardError
from pynn_sfdfa.hardware.board.scp import Command, Request, RequestError, Result, TagOperation
from pynn_sfdfa.hardware.board.tags import TIMEOUTS, TagTable, requested
from pynn_sfdfa.hardware.emulator import SDPMessage
from pynn_sfdfa.hardware.emulator.faults import NoSuchChip
from pynn_sfdfa.hardware.emulator.sdp import HOST_TAG

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.emulator.machine import Machine

__all__ = ["SCP_PORT", "Ethernet"]

SCP_PORT = 17893
"""Where a board takes SDP messages."""
_ADDRESSES = [f"127.0.0.{last}" for last in range(1, 255)]
"""Boards of several processes have addresses of their own where the system lets them, as Linux does."""
_PADDING = b"\0\0"
_LARGEST = 2048
_REPLY_EXPECTED = 0x80
_MOST_WAITING = 256
"""Messages for one core that wait until it has read the one before; what comes then is lost, as on a full board."""
_CLOSING = 0.1
"""s until a thread notices that it is to end."""
_WORD = struct.Struct("<I")

Sender = tuple[str, int]


class Ethernet:
    """Takes datagrams in threads of its own, and gives them to cores when time passes.

    Parameters
    ----------
    machine : Machine

    Attributes
    ----------
    address : str
        Of the board.
    tags : TagTable
    """

    def __init__(self, machine: Machine) -> None:
        self.tags = TagTable()
        self.address = _ADDRESSES[0]
        self._machine = machine
        self._socket: socket.socket | None = None
        self._listeners: dict[int, _Listener] = {}
        self._arrived: deque[SDPMessage] = deque()
        self._waiting: dict[tuple[int, int, int], deque[SDPMessage]] = {}
        self._traffic: Counter[str] = Counter(sent=0, delivered=0, lost=0)
        self._lock = threading.Lock()

    def plug_in(self) -> None:
        """Take the first address of the loopback that no other board has; without one, there can be no tags."""
        for address in _ADDRESSES:
            found = _bound(address, SCP_PORT)
            if found is not None:
                self.address, self._socket = address, found
                return

    def unplug(self) -> None:
        """End all threads and close all sockets."""
        for listener in self._listeners.values():
            listener.close()
        if self._socket is not None:
            self._socket.close()
        self._listeners, self._socket = {}, None

    @property
    def traffic(self) -> dict[str, int]:
        """How many messages were sent to sockets, delivered to cores, and lost, in this simulation."""
        with self._lock:
            return dict(self._traffic)

    def request(self, request: Request, sender: Sender | None = None) -> bytes:
        """Do what a request for IP tags asks for, be it from the script or, from `sender`, of the network.

        Raises
        ------
        RequestError
        BoardError
            There is no Ethernet for the tag, or none that leads where it should.
        """
        number, operation, tag = requested(request, sender)
        if operation == TagOperation.TIMEOUT:
            return TIMEOUTS
        if operation == TagOperation.GET:
            return self.tags.described(number)
        if tag is None:
            self.tags.clear(number)
            return b""
        board = self._check_plugged(number)
        if tag.target is not None:
            self._listen(number, tag.address[1])
        else:
            self._check_way(board, number, tag.address)
        self.tags.set(number, tag)
        return _WORD.pack(number)

    def _check_plugged(self, number: int) -> socket.socket:
        if self._socket is None:
            raise BoardError(
                f"The script asks for IP tag {number}, which live input and output need, but port {SCP_PORT} of the "
                "loopback is taken: end the program that uses it, perhaps another emulated board. Or use "
                "SpikeSourceArray for input, and record() and get_data() for output."
            )
        if SCP_PORT not in self._listeners:
            self._listeners[SCP_PORT] = _Listener(self._socket, self._take_message)
        return self._socket

    def _listen(self, number: int, port: int) -> None:
        if port in self._listeners:
            return
        found = _bound(self.address, port)
        if found is None:
            raise BoardError(
                f"The script asks for reverse IP tag {number} on port {port} of {self.address}, which is taken or not "
                "allowed: choose another port, or end the program that uses it."
            )
        if self.address != _ADDRESSES[0]:
            warnings.warn(
                f"This emulated board has the address {self.address}, as another one, or another program, has those "
                f"before it: programs that send spikes to port {port} must send them there.",
                stacklevel=2,
            )
        self._listeners[port] = _Listener(found, lambda datagram, sender: self._take_bare(port, datagram))

    def _check_way(self, board: socket.socket, number: int, address: Sender) -> None:
        """Check that a datagram can go there, without sending one."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            try:
                trial.bind((self.address, 0))
                trial.connect(address)
            except OSError as error:
                raise BoardError(
                    f"The script asks for IP tag {number} to {address[0]}, port {address[1]}; the emulated board's "
                    f"Ethernet is the loopback of this machine, from which it cannot be reached ({error.strerror}): "
                    "listen on this machine, and give its address as 127.0.0.1 or leave it out."
                ) from None

    def send(self, message: SDPMessage) -> None:
        """Send what a core has sent to a tag; it is lost where none is set."""
        tag = self.tags.find(message.tag)
        if tag is None or self._socket is None:
            self._count("lost")
            return
        try:
            self._socket.sendto(message.data if tag.strip else _datagram(message), tag.address)
        except OSError:
            self._count("lost")
        else:
            self._count("sent")

    def deliver(self) -> None:
        """Give each core the message that has waited longest for it, if it has read the one before."""
        while self._arrived:
            message = self._arrived.popleft()
            queue = self._waiting.setdefault((message.x, message.y, message.core), deque())
            if len(queue) < _MOST_WAITING:
                queue.append(message)
            else:
                self._count("lost")
        for queue in self._waiting.values():
            if not queue:
                continue
            try:
                if not self._machine.offer(queue[0]):
                    continue
            except NoSuchChip:
                self._count("lost")
            else:
                self._count("delivered")
            queue.popleft()

    def _take_bare(self, port: int, datagram: bytes) -> None:
        """Take a datagram from a port that a reverse tag listens on."""
        target = self.tags.targets().get(port)
        if target is None:
            self._count("lost")
            return
        x, y, core, sdp_port = target
        self._arrived.append(SDPMessage(x, y, core, sdp_port, datagram))

    def _take_message(self, datagram: bytes, sender: Sender) -> None:
        """Take an SDP message: of requests to monitors, those for tags are answered, even while no time passes."""
        try:
            message = SDPMessage.from_bytes(datagram[len(_PADDING) :])
            if message.core == 0 and message.port == 0:
                self._answer(Request.parse(message), sender)
                return
        except (ValueError, struct.error):
            self._count("lost")
            return
        if message.core == 0:
            self._count("lost")
            return
        if message.flags & _REPLY_EXPECTED and message.tag == HOST_TAG:
            message = replace(message, tag=self.tags.lend(sender))
        self._arrived.append(message)

    def _answer(self, request: Request, sender: Sender) -> None:
        result, data = Result.OK, b""
        try:
            if request.command != Command.IPTAG:
                raise RequestError(Result.CMD)
            data = self.request(request, sender)
        except RequestError as refused:
            result = refused.result
        except BoardError:
            result = Result.ARG
        if self._socket is not None and request.message.flags & _REPLY_EXPECTED:
            reply = request.reply(request.message.x, request.message.y, result, data)
            self._socket.sendto(_datagram(reply), sender)

    def _count(self, what: str) -> None:
        with self._lock:
            self._traffic[what] += 1


def _datagram(message: SDPMessage) -> bytes:
    return _PADDING + message.header() + message.data


def _bound(address: str, port: int) -> socket.socket | None:
    """Return a socket at an address, None if it is not to be had."""
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        found.bind((address, port))
    except (OSError, OverflowError):
        found.close()
        return None
    return found


class _Listener:
    """A thread that takes what arrives at a socket."""

    def __init__(self, at: socket.socket, take: Callable[[bytes, Sender], None]) -> None:
        self._socket = at
        self._take = take
        self._closed = threading.Event()
        at.settimeout(_CLOSING)
        self._thread = threading.Thread(target=self._listen, name=f"emulated board {at.getsockname()}", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                datagram, sender = self._socket.recvfrom(_LARGEST)
            except TimeoutError:
                continue
            except ConnectionError:  # a listener that has gone, as some systems report it
                continue
            self._take(datagram, sender)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._socket.close()
