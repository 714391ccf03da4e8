"""What the devices of a core have in common: they are read and written by register, in the core's own time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister

NEVER = 1 << 62
"""A time that does not come."""


class Owner(Protocol):
    """What a device needs of its core."""

    def now(self) -> int:
        """Return the core's time in cycles, ahead of the machine's while the core runs."""
        ...

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Have something done at a time; a running core stops for it."""
        ...


class Device(Protocol):
    """Registers in a page of the address space."""

    def read(self, offset: int) -> int:
        """Return a register."""
        ...

    def write(self, offset: int, value: int) -> None:
        """Write a register."""
        ...


def unmodelled(device: str, access: str, offset: int) -> UnmodelledRegister:
    """Return the error for a register that a device here does not have."""
    return UnmodelledRegister(f"{access} of register {offset:#x} of the {device}, which is not modelled")
