"""A core: processor, its memories and its devices."""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator import communications, dma, timer, vic
from pynn_sfdfa.hardware.emulator.aborts import Failure
from pynn_sfdfa.hardware.emulator.address_map import (
    DEVICE_SIZE,
    DTCM_BASE,
    DTCM_SIZE,
    ITCM_BASE,
    ITCM_SIZE,
    ROUTER_BASES,
    ROUTER_SIZE,
    SDRAM_BASES,
    SYSRAM_BASES,
    SYSTEM_CONTROLLER_BASES,
)
from pynn_sfdfa.hardware.emulator.aplx import Image
from pynn_sfdfa.hardware.emulator.communications import NO_PAYLOAD, Packet
from pynn_sfdfa.hardware.emulator.device import NEVER, Device
from pynn_sfdfa.hardware.emulator.faults import BadAddress
from pynn_sfdfa.hardware.emulator.memory import Memory, SharedMemory
from pynn_sfdfa.hardware.emulator.processor import Processor
from pynn_sfdfa.hardware.emulator.states import RunTimeError
from pynn_sfdfa.hardware.emulator.words import AWAKE, DEAD, GONE, HALTED, HAS_SLEPT, LAST_CYCLE, NUMBER, PENDING

_MOST_FAILURES = 1000
"""So many exceptions without sleep between them are no way to work but an endless loop."""


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
    processor : Processor, optional
        Of a core with this number that is gone from the same chip; a new one if none is given.
    """

    def __init__(
        self,
        number: int,
        memory: SharedMemory,
        router: Device,
        system_controller: Device,
        processor: Processor | None = None,
    ) -> None:
        self.number = number
        self.processor = processor or Processor()
        if processor is not None:
            processor.renew()
        self.words = self.processor.words
        self.cause = ""
        """What failed in the processor last, if anything did."""
        self.hopeless: RunTimeError | None = None
        """Why the core cannot go on, if its program does not see to that itself."""
        self._failure: Failure | None = None
        self._failures = 0
        self._memory = memory
        self.words[NUMBER], self.words[LAST_CYCLE] = number, NEVER
        self._packets = communications.new_ring(self.words)
        for device in (vic, timer, dma):
            device.reset(self.words)
        if processor is None:
            self._connect(router, system_controller)

    def _connect(self, router: Device, system_controller: Device) -> None:
        processor = self.processor
        processor.map_memory(SDRAM_BASES, self._memory.sdram)
        processor.map_memory(SYSRAM_BASES, self._memory.sysram)
        processor.map_device(SYSTEM_CONTROLLER_BASES, DEVICE_SIZE, system_controller)
        processor.map_device(ROUTER_BASES, ROUTER_SIZE, router)

    def load(self, image: Image, argument: int) -> None:
        """Put a program into the core's memories and have it start at its entry."""
        for segment in image.segments:
            memory, offset = self.locate(segment.address, len(segment.data))
            memory.bytes[offset : offset + len(segment.data)] = segment.data
        self.processor.reset(image.entry, argument)

    @property
    def asleep(self) -> bool:
        """Whether it waits for an interrupt."""
        return not self.words[AWAKE]

    @property
    def halted(self) -> bool:
        """Whether the core has been taken out of operation for good."""
        return bool(self.words[HALTED])

    def halt(self) -> None:
        """Take the core out of operation for good."""
        self.words[HALTED], self.words[AWAKE] = 1, 0

    def unload(self) -> None:
        """Let nothing more happen to the core, as another program is loaded, or none."""
        self.words[GONE] = 1

    @property
    def forgotten(self) -> bool:
        """Whether nothing will ever look at the core again."""
        return bool(self.words[GONE]) and not self.words[PENDING]

    @property
    def leaves_its_processor(self) -> bool:
        """Whether another program can have the processor: nothing went wrong in it."""
        return self.forgotten and not (self.words[DEAD] or self.words[HALTED] or self._failures)

    def die(self, last_cycle: int) -> bool:
        """Note that the core has died, with time to log why; return whether that is new."""
        if self.words[DEAD]:
            return False
        self.words[DEAD], self.words[LAST_CYCLE] = 1, last_cycle
        return True

    def receive(self, packet: Packet) -> None:
        """Take a packet from the router."""
        if communications.is_full(self.words):
            self.make_room()
        payload = NO_PAYLOAD if packet.payload is None else packet.payload
        communications.receive(self.words, packet.kind, packet.key, payload)

    def make_room(self) -> None:
        """Have room for twice as many packets that wait to be read."""
        self._packets = communications.new_ring(self.words, self._packets)

    def fail(self) -> None:
        """Take the exception for what failed, and see whether the program can still handle it."""
        if self.words[HAS_SLEPT]:
            self._failure, self._failures = None, 0
        self.words[HAS_SLEPT] = 0
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
