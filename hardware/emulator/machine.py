"""A machine of chips, as a host sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pynn_sfdfa.hardware.emulator import turns, vcpu
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND, DTCM_BASE, DTCM_SIZE
from pynn_sfdfa.hardware.emulator.chip import Chip
from pynn_sfdfa.hardware.emulator.circles import Circles
from pynn_sfdfa.hardware.emulator.communications import Packet
from pynn_sfdfa.hardware.emulator.core import Core
from pynn_sfdfa.hardware.emulator.events import EventQueue
from pynn_sfdfa.hardware.emulator.faults import BadAddress, CoreFailed, CoreFault, NoSuchChip
from pynn_sfdfa.hardware.emulator.interface import CoreStatus, Route
from pynn_sfdfa.hardware.emulator.mail import PATIENCE_MICROSECONDS, Mail
from pynn_sfdfa.hardware.emulator.monitor import Monitor
from pynn_sfdfa.hardware.emulator.network import DroppedPacket, Network, neighbours
from pynn_sfdfa.hardware.emulator.router import Passage
from pynn_sfdfa.hardware.emulator.sdp import SDPMessage
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError, Signal
from pynn_sfdfa.hardware.emulator.words import DETAIL, FOUND, PASSED_BY

_SETTLING_MICROSECONDS = 10_000
"""How long a host waits for what cores do at once."""
_LOOK_CYCLES = 100 * CYCLES_PER_MICROSECOND
"""How often a condition is looked at while time passes."""
_AT_A_STRETCH = 10_000 * CYCLES_PER_MICROSECOND
"""How long compiled code goes on at most, so that Ctrl-C is heeded."""


class Machine:
    """Chips that are made when they are first used; see ``HostView`` for what it offers.

    Parameters
    ----------
    width, height : int
        Extent of the machine in chips.
    n_cores : int
        Cores of each chip, the monitor included.
    chips : sequence of (int, int), optional
        Those that there are; all of the rectangle if not given.
    wraps : bool
        Whether links lead from each edge to the opposite one.
    loses : callable, optional
        Called with x, y and a packet when a router takes it; true if the packet is to be dropped there.
    """

    def __init__(
        self,
        width: int,
        height: int,
        n_cores: int = 18,
        chips: Sequence[tuple[int, int]] | None = None,
        wraps: bool = False,
        loses: Callable[[int, int, Packet], bool] | None = None,
    ) -> None:
        self.width, self.height, self.n_cores = width, height, n_cores
        self.chips = frozenset(chips if chips is not None else ((x, y) for x in range(width) for y in range(height)))
        self.sent: list[SDPMessage] = []
        self.faults: list[CoreFault] = []
        """Cores that have died, in the order in which they did."""
        self._wraps = wraps
        self._queue = EventQueue()
        self._network = Network(self._queue, self._chip, loses)
        self._mail = Mail(self._queue, self._monitor, self.sent)
        self._monitors: dict[tuple[int, int], Monitor] = {}

    @property
    def microseconds(self) -> float:
        """Virtual time since the machine was made."""
        return self._queue.now / CYCLES_PER_MICROSECOND

    @property
    def dropped(self) -> Sequence[DroppedPacket]:
        """The packets that were dropped last, oldest first."""
        return self._network.dropped

    def read(self, x: int, y: int, address: int, n: int, p: int = 0) -> bytes:
        """Read SDRAM, SysRAM or registers of router and system controller; ITCM and DTCM of core ``p``."""
        if address < DTCM_BASE + DTCM_SIZE:
            memory, offset = self._core(x, y, p).locate(address, n)
            return memory.bytes[offset : offset + n]
        return self._chip(x, y).read(address, n)

    def write(self, x: int, y: int, address: int, data: bytes, p: int = 0) -> None:
        """Write SDRAM, SysRAM or registers of router and system controller; DTCM of core ``p``."""
        if address < DTCM_BASE + DTCM_SIZE:
            memory, offset = self._core(x, y, p).locate(address, len(data))
            memory.bytes[offset : offset + len(data)] = data
        else:
            self._chip(x, y).write(address, data)

    def fill(self, x: int, y: int, address: int, word: int, n: int) -> None:
        """Write ``n`` bytes of a repeated 32-bit word."""
        if n % 4:
            raise BadAddress(f"{n} bytes at {address:#010x}: whole words are needed to fill")
        self._chip(x, y).check(address, n)  # before anything of that size is made
        self.write(x, y, address, word.to_bytes(4, "little") * (n // 4))

    def sdram_alloc(self, x: int, y: int, size: int, app_id: int, tag: int = 0, retry: bool = False) -> int:
        """Return the address of a new block of SDRAM.

        Raises
        ------
        SDRAMExhausted
            No free block is large enough.
        TagInUse
            The application has a block with this tag, and it is not one to return again with ``retry``.
        """
        return self._monitor(x, y).allocate(size, app_id, tag, retry)

    def sdram_free(self, x: int, y: int, address: int) -> None:
        """Give a block back; ``BadAddress`` if none starts there."""
        self._monitor(x, y).free(address)

    def sdram_free_by_app(self, x: int, y: int, app_id: int) -> int:
        """Give back all blocks of an application; return how many there were."""
        return self._monitor(x, y).free_by_app(app_id)

    def sdram_available(self, x: int, y: int) -> tuple[int, int]:
        """Return the free bytes and the size of the largest free block."""
        return self._monitor(x, y).sdram_available()

    def load_routes(self, x: int, y: int, entries: Iterable[Route], app_id: int) -> None:
        """Put entries behind those that are there, in this order; ``RouterFull`` says how many entries are free."""
        routes = list(entries)
        if routes:
            self._monitor(x, y).load_routes(routes, app_id)

    def routes(self, x: int, y: int) -> list[Route]:
        """Return the entries in the order in which they are matched."""
        return [Route(key, mask, route) for _, route, key, mask in self._chip(x, y).router.entries()]

    def passed(self, x: int, y: int) -> Counter[Passage]:
        """Return how many packets have gone which way through the router of a chip."""
        return self._chip(x, y).router.passed()

    def clear_routes(self, x: int, y: int, app_id: int | None = None) -> None:
        """Remove the entries of an application, or all."""
        self._monitor(x, y).clear_routes(app_id)

    def start(self, x: int, y: int, cores: Iterable[int], aplx: bytes, app_id: int, wait: bool = False) -> None:
        """Load a binary on cores and run them to their first wait; ``wait`` holds them for ``Signal.START``.

        Raises
        ------
        NoSuchChip
            A core is not one of this machine, or it is the monitor.
        BadBinary
            The file is no APLX, or it does not fit into ITCM and DTCM.
        """
        own = sorted(set(cores))
        for p in own:
            self._check_core(x, y, p)
        self._monitor(x, y).start(own, aplx, app_id, wait)
        self._settle([(x, y, p) for p in own])

    def signal(self, app_id: int, signal: Signal) -> None:
        """Signal all cores of an application on all chips; they have taken it in when this returns."""
        cores = [(x, y, p) for (x, y), monitor in sorted(self._monitors.items()) for p in monitor.cores_of(app_id)]
        for _, monitor in sorted(self._monitors.items()):
            monitor.signal(app_id, signal)
        if signal not in (Signal.SYNC0, Signal.SYNC1):
            self._settle(cores)

    def send_sdp(self, message: SDPMessage) -> None:
        """Put a message into a core's mailbox; the core has taken it in when this returns.

        Raises
        ------
        NoAnswer
            The core has not read the message before this one for a second, or it is known that it never will.
        """
        x, y, p = message.x, message.y, message.core
        self._core(x, y, p)
        monitor = self._monitor(x, y)
        if not monitor.ready_for_mail(p):
            waited_from, place, circles = self.microseconds, (x, y, p), self.running()
            self.advance(
                lambda: monitor.ready_for_mail(p) or (circles() and place in circles.proven), PATIENCE_MICROSECONDS
            )
            if not monitor.ready_for_mail(p):
                raise self._mail.no_answer(message, self.microseconds - waited_from)
        monitor.deliver(message)
        self._settle([(x, y, p)])

    def offer(self, message: SDPMessage) -> bool:
        """Put a message into a core's mailbox if it has read the one before it; return whether it has."""
        self._core(message.x, message.y, message.core)
        monitor = self._monitor(message.x, message.y)
        ready = monitor.ready_for_mail(message.core)
        if ready:
            monitor.deliver(message)
        return ready

    def core_state(self, x: int, y: int, p: int) -> CoreStatus:
        """Return a core's decoded block."""
        return vcpu.decode(self._chip(x, y).memory, p)

    def iobuf(self, x: int, y: int, p: int) -> str:
        """Return all that a core has logged."""
        return vcpu.iobuf(self._chip(x, y).memory, p)

    def clear_iobuf(self, x: int, y: int, p: int) -> None:
        """Forget what a core has logged so far."""
        memory = self._chip(x, y).memory
        for buffer, _ in vcpu.buffers(memory, p):
            memory.set_word(buffer + vcpu.IOBUF_LENGTH, 0)

    def cores(self) -> list[tuple[int, int, int]]:
        """Return x, y and number of all cores with a program."""
        return sorted((x, y, p) for (x, y), monitor in self._monitors.items() for p in monitor.chip.cores)

    def instructions(self, x: int, y: int, p: int) -> int:
        """Return how many instructions a core has executed since its program was loaded.

        A core of a board executes at most 200 in a microsecond; fewer where it waits for memory, which is not emulated.
        """
        return self._core(x, y, p).processor.instructions

    def waited(self, x: int, y: int, p: int) -> int:
        """Return how many of its instructions a core has not executed, as they were only waiting for its devices."""
        return int(self._core(x, y, p).words[PASSED_BY])

    def advance(self, until: Callable[[], bool] | None = None, microseconds: float = 1e6) -> bool:
        """Let virtual time pass until a condition holds, at most so long; return whether it held.

        The condition is looked at now, then every 100 microseconds of virtual time.
        """
        end = self._queue.now + int(microseconds * CYCLES_PER_MICROSECOND)
        while True:
            if until is not None and until():
                return True
            if self._queue.now >= end:
                return False
            self._pass_time(min(self._queue.now + _LOOK_CYCLES, end) if until is not None else end)

    def running(self) -> Circles:
        """Return the cores that run, to see while time passes whether they go round in circles."""
        return Circles(self._queue, {place: monitor.chip for place, monitor in self._monitors.items()})

    def doing(self, x: int, y: int, p: int) -> str:
        """Return whether a core runs or sleeps, and where, in words."""
        self._core(x, y, p)
        return self._chip(x, y).doing(p)

    def give_up(self, x: int, y: int, p: int, cause: str) -> None:
        """Halt a core that will never do what is expected of it, as SCAMP's watchdog does, and note the fault."""
        self._core(x, y, p)
        self._chip(x, y).give_up(p, CoreState.WATCHDOG, RunTimeError.NONE, cause)

    def check(self) -> None:
        """Raise ``CoreFailed`` for the first core that has died, if one has."""
        if self.faults:
            raise CoreFailed(self.faults[0])

    def _pass_time(self, end: int) -> None:
        while True:
            until = min(self._queue.now + _AT_A_STRETCH, end)
            while why := turns.go_on(self._queue.words, until):
                self._see_to(why)
            self._queue.now = until
            if until == end:
                return

    def _see_to(self, why: int) -> None:
        """Do what compiled code has returned for."""
        queue = self._queue
        found = int(queue.words[FOUND])
        if why == turns.ACT:
            queue.act(found)
        elif why == turns.BY_HAND:
            chip, _ = queue.subjects[found]
            if not self._network.teach(chip, *queue.first()[1:]):
                self._network.arrive(chip, *queue.take()[1:])
        elif why == turns.NARROW:
            queue.make_room()
        elif why == turns.FULL:
            _, core = queue.subjects[int(queue.words[DETAIL])]
            core.make_room()
        else:
            chip, core = queue.subjects[found]
            if why == turns.FAILED:
                chip.see_to_failed(core)
            else:
                chip.see_to_dead(core)

    def _settle(self, cores: list[tuple[int, int, int]]) -> None:
        """Let time pass until cores sleep, or for a while."""
        self.advance(lambda: all(self._chip(x, y).asleep(p) for x, y, p in cores), _SETTLING_MICROSECONDS)

    def _monitor(self, x: int, y: int) -> Monitor:
        if (x, y) not in self._monitors:
            self._check_chip(x, y)
            ends = neighbours(x, y, self.width, self.height, self.chips, self._wraps)
            chip = Chip(x, y, self.n_cores, ends, self._queue, self.faults)
            self._monitors[x, y] = Monitor(chip, self._mail.forward)
        return self._monitors[x, y]

    def _chip(self, x: int, y: int) -> Chip:
        return self._monitor(x, y).chip

    def _core(self, x: int, y: int, p: int) -> Core:
        self._check_core(x, y, p)
        core = self._chip(x, y).cores.get(p)
        if core is None:
            raise NoSuchChip(f"core {x}, {y}, {p} has no program; load one first")
        return core

    def _check_chip(self, x: int, y: int) -> None:
        if (x, y) not in self.chips:
            raise NoSuchChip(f"there is no chip {x}, {y}; there are {sorted(self.chips)}")

    def _check_core(self, x: int, y: int, p: int) -> None:
        self._check_chip(x, y)
        if not 1 <= p < self.n_cores:
            raise NoSuchChip(f"chip {x}, {y} has cores 1 to {self.n_cores - 1} for programs, and no {p}")
