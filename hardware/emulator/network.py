"""Links between chips, and how packets travel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND
from pynn_sfdfa.hardware.emulator.communications import Packet
from pynn_sfdfa.hardware.emulator.events import ROUTER, EventQueue, Kind
from pynn_sfdfa.hardware.emulator.router import N_LINKS

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.emulator.chip import Chip

_STEPS = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))
"""Where links 0 to 5 lead: east, north-east, north, west, south-west, south."""

# Estimates: from a core to its router, and from a router to the next one or to a core, on an idle machine.
_INJECTION_CYCLES = CYCLES_PER_MICROSECOND // 5
_HOP_CYCLES = CYCLES_PER_MICROSECOND // 5
_MOST_HOPS = 1024
"""A packet that has come so far goes in circles; routers drop it by its age."""
_DROPPED_KEPT = 10_000


class DroppedPacket(NamedTuple):
    """A packet that got lost: at which router, and when in microseconds."""

    x: int
    y: int
    packet: Packet
    microseconds: float


def neighbours(
    x: int, y: int, width: int, height: int, chips: Iterable[tuple[int, int]], wraps: bool
) -> list[tuple[int, int] | None]:
    """Return the chip at the end of each link of a chip, None where no link leads."""
    there = set(chips)
    ends = [(x + dx, y + dy) for dx, dy in _STEPS]
    if wraps:
        ends = [(i % width, j % height) for i, j in ends]
    return [end if end in there else None for end in ends]


class Network:
    """Carries packets from cores to cores through the routers on the way."""

    def __init__(
        self, queue: EventQueue, chip: Callable[[int, int], Chip], loses: Callable[[int, int, Packet], bool] | None
    ) -> None:
        self._queue = queue
        self._chip = chip
        self._loses = loses
        self.dropped: deque[DroppedPacket] = deque(maxlen=_DROPPED_KEPT)

    def send(self, chip: Chip, packet: Packet, time: int) -> None:
        """Take a packet from a core of a chip."""
        self._push(time + _INJECTION_CYCLES, chip, packet, None, 0)

    def _push(self, time: int, chip: Chip, packet: Packet, link: int | None, hops: int) -> None:
        self._queue.push(time, chip.x, chip.y, ROUTER, Kind.PACKET, lambda: self._arrive(chip, packet, link, hops))

    def _arrive(self, chip: Chip, packet: Packet, link: int | None, hops: int) -> None:
        lost = hops > _MOST_HOPS or (self._loses is not None and self._loses(chip.x, chip.y, packet))
        outcome = chip.router.drop(packet, link) if lost else chip.router.route(packet, link)
        if outcome.dropped:
            self._drop(chip, packet)
        for out in outcome.links:
            end = chip.neighbours[out]
            if end is None:
                self._drop(chip, packet)
            else:
                into = (out + N_LINKS // 2) % N_LINKS
                self._push(self._queue.now + _HOP_CYCLES, self._chip(*end), packet, into, hops + 1)
        for p in outcome.cores:
            chip.deliver(p, packet)

    def _drop(self, chip: Chip, packet: Packet) -> None:
        self.dropped.append(DroppedPacket(chip.x, chip.y, packet, self._queue.now / CYCLES_PER_MICROSECOND))
