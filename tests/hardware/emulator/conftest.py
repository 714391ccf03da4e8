"""Devices of a core that runs no program, and whole machines."""

from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa.hardware.emulator import communications, dma, timer, vic
from pynn_sfdfa.hardware.emulator.address_map import DTCM_SIZE, ITCM_SIZE
from pynn_sfdfa.hardware.emulator.device import unmodelled
from pynn_sfdfa.hardware.emulator.events import CODE, DMA_ENDS, TIMER_ENDS, WHEN, EventQueue, heap_of
from pynn_sfdfa.hardware.emulator.memory import Memory, SharedMemory
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESS,
    CHIP,
    CHIP_WORDS,
    CORE_WORDS,
    DTCM,
    ITCM,
    LINES,
    N_EVENTS,
    NOW,
    NUMBER,
    SDRAM,
    SOURCES,
    SYSRAM,
    WORLD,
)


class Core:
    """A core's devices and memories; its time moves on as a test lets it, and what devices asked for is done then."""

    def __init__(self):
        self.queue = EventQueue()
        self.chip, self.words = np.zeros(CHIP_WORDS, np.int64), np.zeros(CORE_WORDS, np.int64)
        self.memory, self.itcm, self.dtcm = SharedMemory(), Memory(ITCM_SIZE), Memory(DTCM_SIZE)
        self.chip[SDRAM], self.chip[SYSRAM] = self.memory.sdram.host_address, self.memory.sysram.host_address
        for word, value in (
            (ADDRESS, self.words.ctypes.data),
            (CHIP, self.chip.ctypes.data),
            (WORLD, self.queue.words.ctypes.data),
            (ITCM, self.itcm.host_address),
            (DTCM, self.dtcm.host_address),
            (NUMBER, 7),
        ):
            self.words[word] = value
        self.ring = communications.new_ring(self.words)
        for module in (vic, timer, dma):
            module.reset(self.words)
        self.words[SOURCES] = 0
        self.seen = [(0, 0)]
        """Times at which the sources of interrupts were seen to have changed, and the sources."""

    @property
    def time(self):
        return int(self.words[NOW])

    @property
    def lines(self):
        return int(self.words[LINES])

    def look(self):
        if self.words[SOURCES] != self.seen[-1][1]:
            self.seen.append((self.time, int(self.words[SOURCES])))

    def run_ahead(self, time):
        self.words[NOW] = time

    def advance(self, cycles):
        end = self.time + cycles
        while self.queue.words[N_EVENTS] and heap_of(self.queue.words)[WHEN] <= end:
            code = heap_of(self.queue.words)[CODE]
            _, due, detail, _ = self.queue.take()
            self.words[NOW] = self.queue.now
            if code == TIMER_ENDS:
                timer.end(self.words, detail, due)
            else:
                assert code == DMA_ENDS
                dma.end(self.words, due)
            self.look()
        self.words[NOW] = end

    def rises(self, source):
        """When a source was raised."""
        found = zip(self.seen, self.seen[1:], strict=False)
        return [time for (_, before), (time, after) in found if after & ~before & 1 << source]

    def device(self, module):
        return Registers(self, module)


class Registers:
    """A device as a program sees it."""

    def __init__(self, core, module):
        self.core, self.module = core, module

    def read(self, offset):
        value = self.module.read(self.core.words, offset)
        self.core.look()
        if value < 0:
            raise unmodelled(self.module.NAME, "read", offset)
        return value

    def write(self, offset, value):
        modelled = self.module.write(self.core.words, offset, value)
        self.core.look()
        if not modelled:
            raise unmodelled(self.module.NAME, "write", offset)


@pytest.fixture
def core():
    return Core()


@pytest.fixture
def new_core():
    return Core


@pytest.fixture
def new_machine():
    pytest.importorskip("unicorn")
    from pynn_sfdfa.hardware.emulator.machine import Machine

    return Machine
