"""What devices have in common: they are read and written by register, those of a core in its own time."""

from __future__ import annotations

from typing import Protocol

from pynn_sfdfa.hardware.emulator.events import Kind, push
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESS,
    BLOCK,
    LIMIT,
    PENDING,
    PLACE,
    POLLED_IN,
    POLLS,
    WORLD,
    WORLD_WORDS,
    Words,
    array_at,
)
from pynn_sfdfa.support.jit import jit

NEVER = 1 << 62
"""A time that does not come."""

UNMODELLED = -1
"""What a device of a core returns for a register that it does not have."""

_DEVICE = int(Kind.DEVICE)


class Device(Protocol):
    """Registers of a chip in a page of the address space."""

    def read(self, offset: int) -> int:
        """Return a register."""
        ...

    def write(self, offset: int, value: int) -> None:
        """Write a register."""
        ...


def unmodelled(device: str, access: str, offset: int) -> UnmodelledRegister:
    """Return the error for a register that a device here does not have."""
    return UnmodelledRegister(f"{access} of register {offset:#x} of the {device}, which is not modelled")


@jit
def world_of(core: Words) -> Words:
    """Return the words of a core's machine."""
    found: Words = array_at(core[WORLD], WORLD_WORDS)
    return found


@jit
def note_poll(core: Words) -> None:
    """Note that a register was read for which a program may wait, again and again from the same block."""
    core[POLLS] = core[POLLS] + 1 if core[BLOCK] == core[POLLED_IN] else 0
    core[POLLED_IN] = core[BLOCK]


@jit
def expect(core: Words, time: int, code: int, detail: int) -> None:
    """Have something happen to a device of a core at a time; a core that runs stops for it."""
    core[LIMIT] = min(core[LIMIT], time)
    core[PENDING] += 1
    push(world_of(core), time, core[PLACE] | _DEVICE, code, core[ADDRESS], time, detail, 0)
