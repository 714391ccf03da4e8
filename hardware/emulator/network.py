"""Links between chips, and how packets travel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND
from pynn_sfdfa.hardware.emulator.communications import NO_LINK, NO_PAYLOAD, Packet, travel, travelled
from pynn_sfdfa.hardware.emulator.events import ARRIVAL, EventQueue, push
from pynn_sfdfa.hardware.emulator.turns import HOP_CYCLES, MOST_HOPS
from pynn_sfdfa.hardware.emulator.words import CHIP_PLACE, LOSES, N_LINKS, NEIGHBOURS

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.emulator.chip import Chip

_STEPS = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))
"""Where links 0 to 5 lead: east, north-east, north, west, south-west, south."""

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
        queue.words[LOSES] = loses is not None
        self.dropped: deque[DroppedPacket] = deque(maxlen=_DROPPED_KEPT)

    def teach(self, chip: Chip, key: int, way: int, word: int) -> bool:
        """Let compiled code route a packet whose way is not known yet; return whether it can: none may get lost."""
        kind, link, hops = travelled(way)
        came_over = None if link == NO_LINK else link
        packet = Packet(kind, key, None if word == NO_PAYLOAD else word)
        outcome = chip.router.outcome(packet, came_over)
        ends = [(out, end) for out in outcome.links if (end := chip.neighbours[out]) is not None]
        if self._loses is not None or hops >= MOST_HOPS or outcome.dropped or len(ends) < len(outcome.links):
            return False
        for out, end in ends:
            chip.words[NEIGHBOURS + out] = self._chip(*end).words.ctypes.data
        chip.router.know(packet, came_over)
        return True

    def arrive(self, chip: Chip, key: int, way: int, word: int) -> None:
        """Route a packet that gets lost somewhere, or might."""
        kind, link, hops = travelled(way)
        came_over = None if link == NO_LINK else link
        packet = Packet(kind, key, None if word == NO_PAYLOAD else word)
        lost = hops > MOST_HOPS or (self._loses is not None and self._loses(chip.x, chip.y, packet))
        outcome = chip.router.drop(packet, came_over) if lost else chip.router.route(packet, came_over)
        if outcome.dropped:
            self._drop(chip, packet)
        for out in outcome.links:
            end = chip.neighbours[out]
            if end is None:
                self._drop(chip, packet)
            else:
                on, there = travel(kind, (out + N_LINKS // 2) % N_LINKS, hops + 1), self._chip(*end).words
                self._queue.make_room()
                time = self._queue.now + HOP_CYCLES
                push(self._queue.words, time, there[CHIP_PLACE], ARRIVAL, there.ctypes.data, key, on, word)
        for p in outcome.cores:
            chip.deliver(p, packet)

    def _drop(self, chip: Chip, packet: Packet) -> None:
        self.dropped.append(DroppedPacket(chip.x, chip.y, packet, self._queue.now / CYCLES_PER_MICROSECOND))
