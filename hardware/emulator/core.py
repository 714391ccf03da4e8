"""A core: processor, its memories and its devices."""

from __future__ import annotations

from collections.abc import Callable

from pynn_sfdfa.hardware.emulator import vic
from pynn_sfdfa.hardware.emulator.aborts import Failure
from pynn_sfdfa.hardware.emulator.address_map import (
    COMMUNICATIONS_BASES,
    DEVICE_SIZE,
    DMA_BASES,
    DTCM_BASE,
    DTCM_SIZE,
    ITCM_BASE,
    ITCM_SIZE,
    ROUTER_BASES,
    ROUTER_SIZE,
    SDRAM_BASES,
    SYSRAM_BASES,
    SYSTEM_CONTROLLER_BASES,
    TIMER_BASES,
    VIC_BASES,
)
from pynn_sfdfa.hardware.emulator.aplx import Image
from pynn_sfdfa.hardware.emulator.communications import FIXED_ROUTE, MULTICAST, CommunicationsController, Packet
from pynn_sfdfa.hardware.emulator.device import NEVER, Device
from pynn_sfdfa.hardware.emulator.dma import DMA
from pynn_sfdfa.hardware.emulator.faults import BadAddress
from pynn_sfdfa.hardware.emulator.memory import Memory, SharedMemory
from pynn_sfdfa.hardware.emulator.processor import ASLEEP, FAILED, Processor
from pynn_sfdfa.hardware.emulator.states import RunTimeError
from pynn_sfdfa.hardware.emulator.timer import Timer
from pynn_sfdfa.hardware.emulator.timers import Timers

_MOST_FAILURES = 1000
"""So many exceptions without sleep between them are no way to work but an endless loop."""
_DMA_SOURCES = 1 << vic.DMA_DONE | 1 << vic.DMA_ERROR
_ARRIVED = {
    None: 0,
    MULTICAST: 1 << vic.PACKET_RECEIVED | 1 << vic.MULTICAST_RECEIVED,
    FIXED_ROUTE: 1 << vic.PACKET_RECEIVED | 1 << vic.FIXED_ROUTE_RECEIVED,
}
"""Sources by the kind of the packet that is read next."""
_PACKET_SOURCES = 1 << vic.PACKET_RECEIVED | 1 << vic.MULTICAST_RECEIVED | 1 << vic.FIXED_ROUTE_RECEIVED


class Core:
    """One of the 18 cores of a chip, loaded with a program.

    Parameters
    ----------
    number : int
        Its physical number, here the virtual one too.
    memory : SharedMemory
        The chip's memories.
    router, system_controller : Device
        The chip's.
    send : callable
        Takes a packet that the core sends, and when.
    schedule : callable
        Has something done at a time.
    """

    def __init__(
        self,
        number: int,
        memory: SharedMemory,
        router: Device,
        system_controller: Device,
        send: Callable[[Packet, int], None],
        schedule: Callable[[int, Callable[[], None]], None],
    ) -> None:
        self.number = number
        self.processor = Processor()
        self.dead = False
        self.last_cycle = NEVER
        """When a core that has died has had the time to log why."""
        self.cause = ""
        """What failed in the processor last, if anything did."""
        self.hopeless: RunTimeError | None = None
        """Why the core cannot go on, if its program does not see to that itself."""
        self.halted = False
        """Whether the core has been taken out of operation for good."""
        self._failure: Failure | None = None
        self._failures = 0
        self._asleep = False
        self._memory = memory
        self._schedule = schedule
        self.vic = vic.VIC(self.processor.set_lines)
        first = Timer(self, lambda on: self.vic.raise_(vic.TIMER_1, on))
        second = Timer(self, lambda on: self.vic.raise_(vic.TIMER_2, on))
        self._timers = Timers(first, second)
        self._dma = DMA(self, number, self.copy, self._dma_interrupt)
        self.communications = CommunicationsController(lambda packet: send(packet, self.now()), self._packet_interrupt)
        for source in (vic.TRANSMIT_EMPTY, vic.TRANSMIT_NOT_FULL):
            self.vic.raise_(source, True)
        self._connect(router, system_controller)

    def _connect(self, router: Device, system_controller: Device) -> None:
        processor = self.processor
        processor.map_memory(SDRAM_BASES, self._memory.sdram)
        processor.map_memory(SYSRAM_BASES, self._memory.sysram)
        processor.map_device(VIC_BASES, DEVICE_SIZE, self.vic)
        processor.map_device(TIMER_BASES, DEVICE_SIZE, self._timers)
        processor.map_device(DMA_BASES, DEVICE_SIZE, self._dma)
        processor.map_device(COMMUNICATIONS_BASES, DEVICE_SIZE, self.communications)
        processor.map_device(SYSTEM_CONTROLLER_BASES, DEVICE_SIZE, system_controller)
        processor.map_device(ROUTER_BASES, ROUTER_SIZE, router)

    def load(self, image: Image, argument: int) -> None:
        """Put a program into the core's memories and have it start at its entry."""
        for segment in image.segments:
            memory, offset = self.locate(segment.address, len(segment.data))
            memory.bytes[offset : offset + len(segment.data)] = segment.data
        self.processor.reset(image.entry, argument)

    def waits(self) -> bool:
        """Whether the core sleeps and no interrupt is there to wake it."""
        return self._asleep and not self.processor.lines

    def run(self, start: int, limit: int) -> None:
        """Run from a time on until the core sleeps, to a limit and to its next event at most."""
        due = min(self._timers.first.due, self._timers.second.due, self._dma.due)
        outcome = self.processor.run(start, max(start + 1, min(limit, due)))
        if outcome == FAILED:
            self._fail()
        self._asleep = outcome == ASLEEP
        if self._asleep:
            self._failure, self._failures = None, 0

    def _fail(self) -> None:
        """Take the exception for what failed, and see whether the program can still handle it."""
        before, failure = self._failure, self.processor.take_exception()
        self._failures += 1
        self._failure, self.cause = failure, failure.cause
        if failure.hopeless and before:
            also = f"; then, instead of handling that, {failure.cause}" if failure.cause != before.cause else ""
            self.cause = before.cause + also
        elif self._failures > _MOST_FAILURES:
            self.cause = f"{failure.cause}, after {_MOST_FAILURES} other exceptions without end"
        elif not failure.hopeless:
            return
        self.hopeless = (before or failure).error

    def now(self) -> int:
        """Return the core's time in cycles."""
        return self.processor.now

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Have something done at a time, and stop for it."""
        self.processor.limit(time)
        self._schedule(time, action)

    def locate(self, address: int, n: int) -> tuple[Memory, int]:
        """Return which of the core's own memories holds a range, and where in it.

        Raises
        ------
        BadAddress
            None of them does.
        """
        for base, size, memory in (
            (ITCM_BASE, ITCM_SIZE, self.processor.itcm),
            (DTCM_BASE, DTCM_SIZE, self.processor.dtcm),
        ):
            if base <= address and address + n <= base + size:
                return memory, address - base
        raise BadAddress(f"{n} bytes at {address:#010x} are not in ITCM or DTCM")

    def copy(self, source: int, target: int, n: int) -> None:
        """Copy bytes between any two memories, as DMA does."""
        own = DTCM_BASE + DTCM_SIZE  # ITCM and DTCM lie below all that is shared
        if source < own:
            memory, offset = self.locate(source, n)
            data = memory.bytes[offset : offset + n]
        else:
            data = self._memory.read(source, n)
        if target < own:
            memory, offset = self.locate(target, n)
            memory.bytes[offset : offset + n] = data
        else:
            self._memory.write(target, data)

    def _dma_interrupt(self, done: bool, error: bool) -> None:
        self.vic.set_sources(_DMA_SOURCES, done << vic.DMA_DONE | error << vic.DMA_ERROR)

    def _packet_interrupt(self, kind: int | None) -> None:
        self.vic.set_sources(_PACKET_SOURCES, _ARRIVED[kind])
