"""The monitors of a board: they answer the host's SCP requests as SC&MP does on core 0 of every chip."""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.board import geometry
from pynn_sfdfa.hardware.board.ethernet import Ethernet
from pynn_sfdfa.hardware.board.scp import Allocation, Command, Request, RequestError, Result, Routing
from pynn_sfdfa.hardware.emulator import CoreState, Route, SDPMessage, Signal
from pynn_sfdfa.hardware.emulator.faults import NoAnswer, SDRAMExhausted, TagInUse
from pynn_sfdfa.hardware.emulator.sdp import HOST_TAG

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.emulator.machine import Machine

__all__ = ["CommandServer"]

_VERSION = b"\0" * 4 + struct.pack("<2HI", 256, 0xFFFF, 0) + b"SC&MP/SpiNNaker\x004.0.0\0"
"""Cores and chip, size of a buffer, 0xFFFF for a version in words, date; hosts of sPyNNaker 7 ask for version 4."""

_IMAGE = 0x67800000
"""Where the host puts a binary on chip (0, 0), and where every other chip copies it to from a neighbour."""

_P2P_TABLE, _P2P_END = 0xE1010000, 0xE1018000
_VCPU, _VCPU_BYTES, _STATE_AND_APP = 0xE5007000, 128, 46
_WORD = struct.Struct("<I")
_ROUTE = struct.Struct("<4x3I")
_INFO = struct.Struct("<3I18s2B4sH")
_ROUTER_ENTRIES = 1023

_WAIT = 1 << 18
_RETRY_TAG = 4
_QUESTIONS = {Command.VER, Command.READ, Command.COUNT, Command.INFO}
_NEAREST_NEIGHBOUR_SIGNAL = 5
_HERE = 255
"""As a coordinate: the chip that the message arrives at."""


class CommandServer:
    """The monitors of all chips of a machine, reached through the Ethernet connection of chip (0, 0).

    Parameters
    ----------
    machine : Machine

    Attributes
    ----------
    ethernet : Ethernet
        For live input and output; not plugged in at first.
    outbox : deque of SDPMessage
        Messages for the host, oldest first.
    changes : int
        How often the host has done more than ask.
    let_go : bool
        Whether the last thing that happened to cores is the signal to begin.
    starting : dict
        When cores were started that may not have initialised since, in microseconds.
    programs : dict
        Names of the files that the host has loaded on cores, as far as it has told them.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.ethernet = Ethernet(machine)
        self.outbox: deque[SDPMessage] = deque()
        self.changes = 0
        self.let_go = False
        self.starting: dict[tuple[int, int, int], float] = {}
        self.programs: dict[tuple[int, int, int], str] = {}
        self._image_sizes: dict[tuple[int, int], int] = {}
        self._apps: dict[int, set[tuple[int, int, int]]] = {}
        self._commands: dict[int, Callable[[Request, int, int], bytes]] = {
            Command.VER: lambda request, x, y: _VERSION[:2] + bytes((y, x)) + _VERSION[4:],
            Command.READ: self._read,
            Command.WRITE: self._write,
            Command.FILL: self._fill,
            Command.COUNT: self._count,
            Command.AR: self._run,
            Command.APP_COPY_RUN: self._copy_and_run,
            Command.NNP: self._broadcast,
            Command.SIG: self._signal,
            Command.IPTAG: lambda request, x, y: self.ethernet.request(request),
            Command.ALLOC: self._allocate,
            Command.RTR: self._route,
            Command.INFO: self._info,
            Command.SYNC: lambda request, x, y: b"",  # one board has one clock
        }

    def receive(self, packet: bytes) -> None:
        """Take a packet of the host: a request is answered, a message for another core is handed on."""
        message = SDPMessage.from_bytes(packet)
        if message.core == 0 and message.port == 0:
            request = Request.parse(message)
            self.changes += request.command not in _QUESTIONS
            self.outbox.append(self._answer(request))
        else:
            self.changes += 1
            self._hand_on(message)
            self.collect()

    def _hand_on(self, message: SDPMessage) -> None:
        try:
            self.machine.send_sdp(message)
        except NoAnswer:
            core = message.x, message.y, message.core
            self.machine.give_up(*core, f"it does not read its mail: it {self.machine.doing(*core)}")
            raise

    def collect(self) -> None:
        """Take what cores have sent to the host, and send on what they have sent to tags."""
        sent, self.machine.sent[:] = list(self.machine.sent), []
        for message in sent:
            if message.tag == HOST_TAG:
                self.outbox.append(message)
            else:
                self.ethernet.send(message)

    def exchange(self) -> None:
        """While time passes: take what cores have sent, and give them what has arrived for them."""
        self.collect()
        self.ethernet.deliver()

    @property
    def cores(self) -> list[tuple[int, int, int]]:
        """The cores that were started and not stopped since."""
        return sorted(core for cores in self._apps.values() for core in cores)

    def _answer(self, request: Request) -> SDPMessage:
        x, y = request.message.x, request.message.y
        if (x, y) == (_HERE, _HERE):
            x, y = 0, 0
        try:
            if (x, y) not in geometry.CHIPS:
                raise RequestError(Result.ROUTE)
            if request.command not in self._commands:
                raise RequestError(Result.CMD)
            return request.reply(x, y, Result.OK, self._commands[request.command](request, x, y))
        except RequestError as refused:
            return request.reply(x, y, refused.result)

    def _read(self, request: Request, x: int, y: int) -> bytes:
        address, size, _ = request.arguments
        if _P2P_TABLE <= address < _P2P_END:
            return geometry.p2p_table(x, y)[address - _P2P_TABLE :][:size]
        return self.machine.read(x, y, address, size)

    def _write(self, request: Request, x: int, y: int) -> bytes:
        address, size, _ = request.arguments
        data = request.data[:size]
        self.machine.write(x, y, address, data)
        if address == _IMAGE:
            self._image_sizes[x, y] = 0
        if address == _IMAGE + self._image_sizes.get((x, y), -1):
            self._image_sizes[x, y] += len(data)
        return b""

    def _fill(self, request: Request, x: int, y: int) -> bytes:
        address, word, size = request.arguments
        self.machine.fill(x, y, address, word, size)
        return b""

    def _count(self, request: Request, x: int, y: int) -> bytes:
        app_id, state, _ = request.arguments
        found = 0
        for core in self._apps.get(app_id, ()):
            now, app = self._state_and_app(*core)
            found += (now, app) == (state, app_id)
        return _WORD.pack(found)

    def _state_and_app(self, x: int, y: int, p: int) -> tuple[int, int]:
        state, app_id = self.machine.read(x, y, _VCPU + _VCPU_BYTES * p + _STATE_AND_APP, 2)
        return state, app_id

    def _run(self, request: Request, x: int, y: int) -> bytes:
        size = self._image_sizes.get((x, y), 0)  # what lies behind it belongs to a binary that was there before
        self._start(x, y, request.arguments[0], self.machine.read(x, y, _IMAGE, size))
        return b""

    def _copy_and_run(self, request: Request, x: int, y: int) -> bytes:
        link_and_sum, size, cores = request.arguments
        source = geometry.neighbour(x, y, link_and_sum & 7)
        if source is None or size % _WORD.size:
            raise RequestError(Result.ARG)
        image = self.machine.read(*source, _IMAGE, size)
        if sum(memoryview(image).cast("I")) & 0x1FFFFFFF != link_and_sum >> 3:
            raise RequestError(Result.SUM)
        self.machine.write(x, y, _IMAGE, image)
        self._image_sizes[x, y] = size
        self._start(x, y, cores, image)
        return b""

    def _start(self, x: int, y: int, cores_and_app: int, image: bytes) -> None:
        app_id = cores_and_app >> 24
        cores = [p for p in range(geometry.CORES) if cores_and_app >> p & 1]
        if cores:
            self.machine.start(x, y, cores, image, app_id, wait=bool(cores_and_app & _WAIT))
            own = {(x, y, p) for p in cores}
            self._apps.setdefault(app_id, set()).update(own)
            self.starting.update(dict.fromkeys(own, self.machine.microseconds))

    def _broadcast(self, request: Request, x: int, y: int) -> bytes:
        if request.arguments[1] >> 28 != _NEAREST_NEIGHBOUR_SIGNAL:
            raise RequestError(Result.ARG)
        return self._signal(request, x, y)

    def _signal(self, request: Request, x: int, y: int) -> bytes:
        number, app_id = request.arguments[1] >> 16 & 255, request.arguments[1] & 255
        if number not in set(Signal):
            raise RequestError(Result.ARG)
        self.machine.signal(app_id, Signal(number))
        self.let_go = number in (Signal.SYNC0, Signal.SYNC1)
        if number == Signal.STOP:
            self._apps.pop(app_id, None)
        self.collect()
        return b""

    def _allocate(self, request: Request, x: int, y: int) -> bytes:
        first, second, third = request.arguments
        operation, app_id, flags = first & 255, first >> 8 & 255, first >> 16
        machine = self.machine
        try:
            match operation:
                case Allocation.SDRAM:
                    return _WORD.pack(machine.sdram_alloc(x, y, second, app_id, third, retry=bool(flags & _RETRY_TAG)))
                case Allocation.FREE_SDRAM:
                    machine.sdram_free(x, y, second)
                    return _WORD.pack(1)
                case Allocation.FREE_SDRAM_OF_APP:
                    return _WORD.pack(machine.sdram_free_by_app(x, y, app_id))
                case Allocation.ROUTES:
                    used = len(machine.routes(x, y))
                    return _WORD.pack(used + 1 if used + second <= _ROUTER_ENTRIES else 0)
                case Allocation.FREE_ROUTES_OF_APP:
                    machine.clear_routes(x, y, app_id)
                    return _WORD.pack(1)
        except (SDRAMExhausted, TagInUse):
            return _WORD.pack(0)  # what SC&MP answers; the host says which size failed
        raise RequestError(Result.ARG)

    def _route(self, request: Request, x: int, y: int) -> bytes:
        first, address, _ = request.arguments
        operation, app_id, count = first & 255, first >> 8 & 255, first >> 16
        if operation == Routing.CLEAR:
            self.machine.clear_routes(x, y)
        elif operation == Routing.LOAD:
            table = self.machine.read(x, y, address, 16 * count)
            entries = [Route(key, mask, route) for route, key, mask in _ROUTE.iter_unpack(table)]
            self.machine.load_routes(x, y, entries, app_id)
        else:
            raise RequestError(Result.ARG)
        return b""

    def _info(self, request: Request, x: int, y: int) -> bytes:
        is_boot = (x, y) == (0, 0)
        links = sum(1 << link for link in geometry.links(x, y))
        free_routes = _ROUTER_ENTRIES - len(self.machine.routes(x, y))
        states = bytes([CoreState.RUNNING]) + bytes(self._state_and_app(x, y, p)[0] for p in range(1, geometry.CORES))
        return _INFO.pack(
            geometry.CORES | links << 8 | free_routes << 14 | is_boot << 25,
            self.machine.sdram_available(x, y)[1],
            0,  # the system RAM is not given out
            states,
            0,
            0,  # row and column of the Ethernet chip
            socket.inet_aton(self.ethernet.address) if is_boot else bytes(4),
            geometry.P2P_SELF if is_boot else geometry.TOWARDS_BOOT[x, y],
        )
