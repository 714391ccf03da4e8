"""What SCAMP, the program of the monitor core, does for host and cores: start, signal, pass messages on."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from pynn_sfdfa.hardware.emulator import aplx, heap, router_table, vcpu
from pynn_sfdfa.hardware.emulator import system_variables as names
from pynn_sfdfa.hardware.emulator.chip import Chip
from pynn_sfdfa.hardware.emulator.faults import BadAddress, DamagedMemory, RouterFull, SDRAMExhausted, TagInUse
from pynn_sfdfa.hardware.emulator.interface import Route
from pynn_sfdfa.hardware.emulator.sdp import SDPMessage
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError, Signal
from pynn_sfdfa.hardware.emulator.system_variables import sv

_IDLE, _MESSAGE, _SIGNAL = 0, 1, 3
"""Commands in a mailbox."""
_WAIT_FLAG = 0x100
"""Beside the application's number in r0: stay before main until ``Signal.START``."""
_APP_DATA = struct.Struct("<BBBBI")
_MESSAGE_HEADER = struct.Struct("<IHH")


class Monitor:
    """The monitor of one chip; ``forward`` takes messages that leave it."""

    def __init__(self, chip: Chip, forward: Callable[[SDPMessage], None]) -> None:
        self.chip = chip
        self._memory = chip.memory
        self._forward = forward
        self._apps: dict[int, int] = {}
        chip.call_monitor = self._collect_mail

    def start(self, cores: Iterable[int], binary: bytes, app_id: int, wait: bool) -> None:
        """Load a binary on cores and reset them."""
        image, mask = aplx.load(binary), sum(1 << p for p in cores)
        self._note_app(app_id, mask)
        self.chip.system_controller.flags |= mask
        for p in cores:
            self._discard_mail(p)
            self._set_state(p, CoreState.INITIALISING, app_id)
            self.chip.load(p, image, app_id | (_WAIT_FLAG if wait else 0))

    def cores_of(self, app_id: int) -> list[int]:
        """Return the cores that run an application."""
        return sorted(p for p, own in self._apps.items() if own == app_id)

    def signal(self, app_id: int, signal: Signal) -> None:
        """Signal the cores of an application."""
        cores = self.cores_of(app_id)
        if signal in (Signal.INITIALISE, Signal.STOP, Signal.POWER_DOWN):
            if signal == Signal.STOP:
                self._clean_up(app_id)
            for p in cores:
                self._stop(p, CoreState.POWERED_DOWN if signal == Signal.POWER_DOWN else CoreState.IDLE)
            return
        mask = sum(1 << p for p in cores)
        if signal == Signal.SYNC0:
            self.chip.system_controller.flags &= ~mask
        elif signal == Signal.SYNC1:
            self.chip.system_controller.flags |= mask
        else:
            for p in cores:
                self._memory.set_word(vcpu.address(p, vcpu.TO_CORE_MESSAGE), signal)
                self._memory.set_byte(vcpu.address(p, vcpu.TO_CORE_COMMAND), _SIGNAL)
        for p in cores:
            self.chip.interrupt(p)

    def ready_for_mail(self, p: int) -> bool:
        """Whether a core has read its last message and a buffer is free for another one."""
        idle = self._memory.byte(vcpu.address(p, vcpu.TO_CORE_COMMAND)) == _IDLE
        return idle and self._memory.word(sv(names.FREE_MESSAGES)) != 0

    def deliver(self, message: SDPMessage) -> None:
        """Put a message into the mailbox of a core that is ready for it."""
        buffer = self._memory.word(sv(names.FREE_MESSAGES))
        self._memory.set_word(sv(names.FREE_MESSAGES), self._memory.word(buffer))
        in_use = self._memory.half(sv(names.MESSAGES_IN_USE)) + 1
        self._memory.set_half(sv(names.MESSAGES_IN_USE), in_use)
        most = max(in_use, self._memory.half(sv(names.MOST_MESSAGES_IN_USE)))
        self._memory.set_half(sv(names.MOST_MESSAGES_IN_USE), most)
        body = message.header() + message.data
        self._memory.write(buffer, _MESSAGE_HEADER.pack(0, len(body), 0) + body)
        self._memory.set_word(vcpu.address(message.core, vcpu.TO_CORE_MESSAGE), buffer)
        self._memory.set_byte(vcpu.address(message.core, vcpu.TO_CORE_COMMAND), _MESSAGE)
        self.chip.interrupt(message.core)

    def allocate(self, size: int, app_id: int, tag: int, retry: bool) -> int:
        """Allocate SDRAM; a block of the same application, tag and size is returned again if ``retry``."""
        where = f"chip {self.chip.x}, {self.chip.y}"
        table = self._memory.word(sv(names.TAG_TABLE)) + 4 * (app_id << 8 | tag)
        users = self._memory.word(sv(names.SDRAM_HEAP_POINTER))
        if tag and (used := self._memory.word(table)):
            sizes = {block.address: block.size for block in heap.blocks(self._memory, users)}
            if used not in sizes:
                raise DamagedMemory(
                    f"{where}: no block starts at {used:#010x}, of tag {tag}: a program has written there"
                )
            if retry and sizes[used] == size:
                return used
            raise TagInUse(
                f"{where}: application {app_id} has {sizes[used]} bytes at {used:#010x} under tag {tag}; free them"
            )
        address = heap.allocate(self._memory, users, size, app_id << 8 | tag)
        if address is None:
            free, largest = self.sdram_available()
            raise SDRAMExhausted(
                f"{where}: application {app_id} asks for {size} bytes of SDRAM; {free} are free, "
                f"{largest} of them in one piece"
            )
        if tag:
            self._memory.set_word(table, address)
        return address

    def free(self, address: int) -> None:
        """Give SDRAM back."""
        owner = heap.release(self._memory, self._memory.word(sv(names.SDRAM_HEAP_POINTER)), address)
        if owner & 0xFF:
            self._memory.set_word(self._memory.word(sv(names.TAG_TABLE)) + 4 * owner, 0)

    def free_by_app(self, app_id: int) -> int:
        """Give back all SDRAM of an application."""
        users = self._memory.word(sv(names.SDRAM_HEAP_POINTER))
        own = [b.address for b in heap.blocks(self._memory, users) if b.owner is not None and b.owner >> 8 == app_id]
        for address in own:
            self.free(address)
        return len(own)

    def sdram_available(self) -> tuple[int, int]:
        """Return the free bytes, and those of the largest free block."""
        users = self._memory.word(sv(names.SDRAM_HEAP_POINTER))
        largest = max((b.size for b in heap.blocks(self._memory, users) if b.owner is None), default=0)
        return heap.free_bytes(self._memory, users), largest

    def load_routes(self, entries: list[Route], app_id: int) -> None:
        """Put entries into a new run of the multicast table."""
        copy = self._memory.word(sv(names.ROUTER_COPY))
        first = router_table.allocate(self._memory, copy, sv(names.ROUTER_FREE), len(entries), app_id)
        if first is None:
            free = [n for _, n, owner in router_table.runs(self._memory, copy) if owner is None]
            raise RouterFull(
                f"chip {self.chip.x}, {self.chip.y}: {len(entries)} multicast entries are to be loaded; "
                f"{sum(free)} are free, {max(free, default=0)} of them in one piece"
            )
        for index, entry in enumerate(entries, first):
            self._set_entry(copy, index, entry)

    def clear_routes(self, app_id: int | None) -> None:
        """Remove the entries of an application, or of all."""
        copy = self._memory.word(sv(names.ROUTER_COPY))
        for first, n, owner in router_table.runs(self._memory, copy):
            if owner is not None and app_id in (None, owner):
                for index in range(first, first + n):
                    self._set_entry(copy, index, Route(router_table.UNUSED_KEY, router_table.UNUSED_MASK, 0))
                router_table.release(self._memory, copy, sv(names.ROUTER_FREE), first)

    def _set_entry(self, copy: int, index: int, entry: Route) -> None:
        router_table.set_entry(self._memory, copy, index, entry.route, entry.key, entry.mask)
        self.chip.router.set_entry(index, entry.route, entry.key, entry.mask)

    def _collect_mail(self) -> None:
        """Take the messages of all cores that have set their flags, in order of cores."""
        flags = self._memory.word(sv(names.MAILBOX_FLAGS))
        self._memory.set_word(sv(names.MAILBOX_FLAGS), 0)
        for p in range(1, self.chip.n_cores):
            if not flags >> p & 1:
                continue
            command = self._memory.byte(vcpu.address(p, vcpu.TO_MONITOR_COMMAND))
            buffer = self._memory.word(vcpu.address(p, vcpu.TO_MONITOR_MESSAGE))
            self._memory.set_byte(vcpu.address(p, vcpu.TO_MONITOR_COMMAND), _IDLE)
            if command == _MESSAGE:
                try:
                    message = self._message(buffer)
                except (BadAddress, ValueError) as error:
                    if p in self.chip.cores:
                        cause = f"it sends mail that is none: {error}; it {self.chip.doing(p)}"
                        self.chip.give_up(p, CoreState.WATCHDOG, RunTimeError.NONE, cause)
                    continue
                self._free_message(buffer)
                self._forward(message)

    def _message(self, buffer: int) -> SDPMessage:
        _, length, _ = _MESSAGE_HEADER.unpack(self._memory.read(buffer, _MESSAGE_HEADER.size))
        return SDPMessage.from_bytes(self._memory.read(buffer + _MESSAGE_HEADER.size, length))

    def _discard_mail(self, p: int) -> None:
        """Free the message that a core has not read and never will."""
        if self._memory.byte(vcpu.address(p, vcpu.TO_CORE_COMMAND)) == _MESSAGE:
            self._free_message(self._memory.word(vcpu.address(p, vcpu.TO_CORE_MESSAGE)))
            self._memory.set_byte(vcpu.address(p, vcpu.TO_CORE_COMMAND), _IDLE)

    def _free_message(self, buffer: int) -> None:
        self._memory.set_word(buffer, self._memory.word(sv(names.FREE_MESSAGES)))
        self._memory.set_word(sv(names.FREE_MESSAGES), buffer)
        self._memory.set_half(sv(names.MESSAGES_IN_USE), self._memory.half(sv(names.MESSAGES_IN_USE)) - 1)

    def _stop(self, p: int, state: CoreState) -> None:
        self.chip.stop(p)
        self._discard_mail(p)
        self._memory.write(vcpu.address(p), bytes(vcpu.USER))
        self._set_state(p, state, 0)
        self._memory.set_byte(vcpu.address(p, vcpu.PHYSICAL_CORE), p)
        self._memory.write(vcpu.address(p, vcpu.APP_NAME), b"sark" if state == CoreState.IDLE else b"")

    def _set_state(self, p: int, state: CoreState, app_id: int) -> None:
        self._memory.set_byte(vcpu.address(p, vcpu.STATE), state)
        self._memory.set_byte(vcpu.address(p, vcpu.APP_ID), app_id)
        self._memory.set_word(vcpu.address(p, vcpu.TIME), self._memory.word(sv(names.UNIX_TIME)))
        self._apps[p] = app_id

    def _note_app(self, app_id: int, mask: int) -> None:
        """Keep SCAMP's table of applications: number of cores, cleaned, semaphore, lead core, mask of cores."""
        address = self._memory.word(sv(names.APP_DATA)) + _APP_DATA.size * app_id
        n, _, semaphore, lead, old = _APP_DATA.unpack(self._memory.read(address, _APP_DATA.size))
        if n == 0:
            semaphore, lead, old = 0, (mask & -mask).bit_length() - 1, 0
        n = n + mask.bit_count() & 0xFF
        self._memory.write(address, _APP_DATA.pack(n, 0, semaphore, lead, old | mask))

    def _clean_up(self, app_id: int) -> None:
        self.free_by_app(app_id)
        for pointer in (names.SYSRAM_HEAP_POINTER, names.SYSTEM_HEAP):
            root = self._memory.word(sv(pointer))
            for block in list(heap.blocks(self._memory, root)):
                if app_id and block.owner is not None and block.owner >> 8 == app_id:
                    heap.release(self._memory, root, block.address)
        self.clear_routes(app_id)
        address = self._memory.word(sv(names.APP_DATA)) + _APP_DATA.size * app_id
        self._memory.write(address, _APP_DATA.pack(0, 1, 0, 0, 0))
