"""A chip: memories, router, system controller, and cores that run in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pynn_sfdfa.hardware.emulator import system_variables, turns, vcpu, vic
from pynn_sfdfa.hardware.emulator.address_map import (
    CYCLES_PER_MICROSECOND,
    DEVICE_SIZE,
    ROUTER_BASES,
    ROUTER_SIZE,
    SYSRAM_BASES,
    SYSTEM_CONTROLLER_BASES,
)
from pynn_sfdfa.hardware.emulator.aplx import Image
from pynn_sfdfa.hardware.emulator.communications import Packet
from pynn_sfdfa.hardware.emulator.core import Core
from pynn_sfdfa.hardware.emulator.device import Device
from pynn_sfdfa.hardware.emulator.events import ROUTER, EventQueue, Kind, place
from pynn_sfdfa.hardware.emulator.faults import BadAddress, CoreFault, UnmodelledRegister
from pynn_sfdfa.hardware.emulator.memory import SharedMemory
from pynn_sfdfa.hardware.emulator.processor import Processor
from pynn_sfdfa.hardware.emulator.router import Router
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError
from pynn_sfdfa.hardware.emulator.system_controller import SystemController
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESS,
    CHIP,
    CHIP_PLACE,
    CHIP_WORDS,
    CORES,
    COUNTERS,
    MILLISECONDS,
    NOW,
    PLACE,
    RUNNING,
    SDRAM,
    STATE_BYTE,
    SYSRAM,
    WAYS,
    WORLD,
)

_MONITOR_CYCLES = CYCLES_PER_MICROSECOND
"""From a core's interrupt to what the monitor does about it; an estimate."""
_LAST_CYCLES = 1000 * CYCLES_PER_MICROSECOND
"""A core that has died runs on for so long, as it may still have to log why; then it is only in the others' way."""


class Chip:
    """Chip (x, y); core 0 is the monitor, which is not emulated as a processor."""

    def __init__(
        self,
        x: int,
        y: int,
        n_cores: int,
        neighbours: list[tuple[int, int] | None],
        queue: EventQueue,
        faults: list[CoreFault],
    ) -> None:
        self.x, self.y, self.n_cores = x, y, n_cores
        self.neighbours = neighbours
        self.memory = SharedMemory()
        self.router = Router()
        self.system_controller = SystemController(self._set_interrupts, self._sleeping)
        self.cores: dict[int, Core] = {}
        self.call_monitor: Callable[[], None] = lambda: None
        self.words = np.zeros(CHIP_WORDS, np.int64)
        """What the chip shares with compiled code."""
        self.words[CHIP_PLACE], self.words[MILLISECONDS] = place(x, y, ROUTER, Kind.PACKET), -1
        self.words[SDRAM], self.words[SYSRAM] = self.memory.sdram.host_address, self.memory.sysram.host_address
        self.words[WAYS] = self.router.ways.ctypes.data
        self.words[COUNTERS] = self.router.diagnostics.counters.ctypes.data
        queue.subjects[self.words.ctypes.data] = (self, None)
        self._queue = queue
        self._faults = faults
        self._unloaded: list[Core] = []
        """Cores that are gone but for events that still name them."""
        self._spare: dict[int, Processor] = {}
        """Processors of cores that are gone, by their numbers."""
        links_up = sum(1 << i for i, end in enumerate(neighbours) if end is not None)
        system_variables.boot(self.memory, x, y, n_cores, links_up, ethernet=(0, 0))

    def load(self, p: int, image: Image, argument: int) -> None:
        """Reset a core and have it run a program from its start."""
        self.stop(p)
        core = Core(p, self.memory, self.router, self.system_controller, self._spare.pop(p, None))
        words = core.words
        words[WORLD], words[CHIP] = self._queue.words.ctypes.data, self.words.ctypes.data
        words[PLACE] = place(self.x, self.y, p)
        words[STATE_BYTE] = self.words[SYSRAM] + vcpu.address(p, vcpu.STATE) - SYSRAM_BASES[0]
        self.cores[p] = core
        self.words[CORES + p] = words[ADDRESS]
        self._queue.subjects[int(words[ADDRESS])] = (self, core)
        core.load(image, argument)
        self._wake(core)

    def stop(self, p: int) -> None:
        """Take a core out of operation."""
        if p in self.cores:
            core = self.cores.pop(p)
            core.unload()
            self._unloaded.append(core)
            self.words[CORES + p] = 0
        for core in [core for core in self._unloaded if core.forgotten]:
            self._unloaded.remove(core)
            del self._queue.subjects[int(core.words[ADDRESS])]
            if core.leaves_its_processor:
                self._spare[core.number] = core.processor

    def give_up(self, p: int, state: CoreState, error: RunTimeError, cause: str) -> None:
        """Halt a core whose program does not see that it cannot go on; leave what SARK leaves of one that does."""
        core = self.cores[p]
        core.halt()
        core.cause = cause
        if vcpu.decode(self.memory, p).state == CoreState.INITIALISING:
            self.memory.write(vcpu.address(p, vcpu.APP_NAME), bytes(vcpu.NAME_LENGTH))  # it has not given its name
        vcpu.note_death(self.memory, p, state, error, core.processor.registers())
        self._note_fault(core)

    def asleep(self, p: int) -> bool:
        """Whether a core waits for an interrupt, or has no program."""
        return p not in self.cores or self.cores[p].asleep

    def doing(self, p: int) -> str:
        """Return whether a core with a program runs or sleeps, and where, in words."""
        core = self.cores[p]
        what = "stands still" if core.halted else "sleeps" if self.asleep(p) else "runs"
        return f"{what} {core.processor.where()}"

    def interrupt(self, p: int) -> None:
        """Interrupt a core, as the monitor does for mail and signals."""
        self._set_interrupts(1 << p, True)

    def deliver(self, p: int, packet: Packet) -> None:
        """Hand a packet to a core; one without a program throws it away."""
        core = self.cores.get(p)
        if core is not None:
            core.receive(packet)
            self._wake(core)

    def check(self, address: int, n: int) -> None:
        """Raise ``BadAddress`` unless a range can be written."""
        if self._device(address, n) is None:
            self.memory.locate(address, n)

    def read(self, address: int, n: int) -> bytes:
        """Read shared memory or registers; ``BadAddress`` for what is neither, or for parts of registers."""
        found = self._device(address, n)
        if found is None:
            return self.memory.read(address, n)
        device, offset = found
        return b"".join(device.read(offset + i).to_bytes(4, "little") for i in range(0, n, 4))

    def write(self, address: int, data: bytes) -> None:
        """Write shared memory or registers; ``BadAddress`` for what is neither, or for parts of registers."""
        found = self._device(address, len(data))
        if found is None:
            self.memory.write(address, data)
            return
        device, offset = found
        for i in range(0, len(data), 4):
            device.write(offset + i, int.from_bytes(data[i : i + 4], "little"))

    def _device(self, address: int, n: int) -> tuple[Device, int] | None:
        """Return the device of the chip with registers at an address, and the first one's offset."""
        for bases, size, device in (
            (ROUTER_BASES, ROUTER_SIZE, self.router),
            (SYSTEM_CONTROLLER_BASES, DEVICE_SIZE, self.system_controller),
        ):
            for base in bases:
                if base <= address < base + size:
                    if address % 4 or n % 4:
                        raise BadAddress(f"{n} bytes at {address:#010x}: registers are whole aligned words")
                    if address + n > base + size:
                        raise BadAddress(
                            f"{n} bytes at {address:#010x} reach beyond the registers' end, {base + size:#010x}"
                        )
                    return device, address - base
        return None

    def _wake(self, core: Core, time: int = 0) -> None:
        """Give a core its turn, at a time or at its own one if it has run ahead."""
        self._queue.make_room()
        turns.wake(core.words, time)

    def see_to_failed(self, core: Core) -> None:
        """See to a core whose turn has ended as it cannot go on."""
        refusal = core.processor.refusal()
        if isinstance(refusal, UnmodelledRegister):
            cause = f"{refusal}, {core.processor.refused_at}"
            self.give_up(core.number, CoreState.WATCHDOG, RunTimeError.NONE, cause)
            raise UnmodelledRegister(str(self._faults[-1])) from refusal
        if refusal is not None:
            raise refusal
        core.fail()
        if core.hopeless is not None:
            self.give_up(core.number, CoreState.RUN_TIME_EXCEPTION, core.hopeless, core.cause)
        elif self.memory.byte(vcpu.address(core.number, vcpu.STATE)) in turns.DEATHS:
            self._note_fault(core)
        self._wake(core)

    def see_to_dead(self, core: Core) -> None:
        """See to a core whose program says that it has died."""
        self._note_fault(core)
        self._wake(core)

    def _note_fault(self, core: Core) -> None:
        """Note that a core has died, once."""
        if not core.die(self._queue.now + _LAST_CYCLES):
            return
        status = vcpu.decode(self.memory, core.number)
        log = vcpu.iobuf(self.memory, core.number)
        self._faults.append(
            CoreFault(
                self.x,
                self.y,
                core.number,
                status.state,
                status.error,
                status.app_name,
                status.registers,
                status.link_register,
                log,
                core.cause,
            )
        )

    def _set_interrupts(self, cores: int, on: bool) -> None:
        running = int(self.words[RUNNING])
        now = int(self._queue.subjects[running][1].words[NOW]) if running else self._queue.now
        for p, core in self.cores.items():
            if cores >> p & 1:
                vic.raise_(core.words, vic.CPU, on)
                if core.words[ADDRESS] != running:
                    self._wake(core, now)
        if cores & 1 and on:
            self._queue.push(now + _MONITOR_CYCLES, self.x, self.y, 0, Kind.MONITOR, lambda: self.call_monitor())

    def _sleeping(self) -> int:
        return sum(1 << p for p in range(1, self.n_cores) if self.asleep(p))
