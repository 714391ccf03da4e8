"""Cores that go round in circles for ever, and the proof of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from mmap import mmap
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.emulator import system_variables
from pynn_sfdfa.hardware.emulator.address_map import SYSRAM_BASES
from pynn_sfdfa.hardware.emulator.events import EventQueue, Kind
from pynn_sfdfa.hardware.emulator.system_variables import sv

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.emulator.chip import Chip

_SOON, _HALF = 20, 100
"""Looks; a machine that looks every 100 microseconds has seen its clock move on ten times in a half."""
_CLOCK = slice(sv(system_variables.CLOCK_MS) - SYSRAM_BASES[0], sv(system_variables.CPU_CLOCK) - SYSRAM_BASES[0])


class Circles:
    """Looks at all cores that run, whenever it is called, until it is known whether they will ever do anything else.

    They will not if nothing else is under way (no packet, timer, transfer or message), if the memories of their chips
    stay the same, and if none is ever in a state (registers, ITCM, DTCM) in which it has not been before: what they do
    follows from these alone.

    Parameters
    ----------
    queue : EventQueue
    chips : mapping of (int, int) to Chip

    Attributes
    ----------
    cores : list of (int, int, int)
        x, y and number of all cores that run.
    proven : list of (int, int, int)
        The same, once it is known that they will do nothing else.
    """

    def __init__(self, queue: EventQueue, chips: Mapping[tuple[int, int], Chip]) -> None:
        self.proven: list[tuple[int, int, int]] = []
        self._queue = queue
        self._chips = chips
        self.cores = self._running()
        self._states = {core: set[bytes]() for core in self.cores}
        self._looks = 0
        self._memories = b""
        self._refuted = not self.cores

    def __call__(self) -> bool:
        """Look; return whether it is known that the cores will do nothing else."""
        if self._refuted or self.proven:
            return bool(self.proven)
        self._looks += 1
        if self._queue.holds_others(Kind.RUN) or self._running() != self.cores or self._is_new():
            self._refuted = True
        elif self._looks == _HALF:
            self._memories = self._shared()
        elif self._looks == 2 * _HALF:
            self._refuted = self._shared() != self._memories
            self.proven = [] if self._refuted else self.cores
        return bool(self.proven)

    def _running(self) -> list[tuple[int, int, int]]:
        return sorted((x, y, p) for (x, y), chip in self._chips.items() for p in chip.cores if not chip.asleep(p))

    def _is_new(self) -> bool:
        """Whether a core is in a state that speaks against circles."""
        for (x, y, p), states in self._states.items():
            processor = self._chips[x, y].cores[p].processor
            state = _digest(repr(processor.registers()).encode(), processor.itcm.bytes, processor.dtcm.bytes)
            if self._looks > _HALF and state not in states:
                return True
            states.add(state)
            if self._looks == len(states) == _SOON:  # never the same again: it gets on with something
                return True
        return False

    def _shared(self) -> bytes:
        """Return a digest of what the cores of each chip share, but for the clock."""
        digests = []
        for place in sorted({(x, y) for x, y, _ in self.cores}):
            memory = self._chips[place].memory
            sysram = bytearray(memory.sysram.bytes[:])
            sysram[_CLOCK] = bytes(len(sysram[_CLOCK]))
            digests.append(_digest(sysram, memory.sdram.bytes))
        return b"".join(digests)


def _digest(*contents: bytes | bytearray | mmap) -> bytes:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.digest()
