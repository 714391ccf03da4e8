"""What goes wrong on a machine, as errors that say where, and what the core had logged."""

from __future__ import annotations

from dataclasses import dataclass

from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError

_LINES_SHOWN, _WIDTH_SHOWN = 10, 200


class EmulatorError(Exception):
    """Anything that the emulated machine refuses or fails to do."""


class NoSuchChip(EmulatorError):
    """A chip or core that the machine does not have."""


class BadAddress(EmulatorError):
    """An address where nothing is, or a range that reaches beyond the end of a memory."""


class BadBinary(EmulatorError):
    """A file that is no APLX, or a binary that does not fit into ITCM or DTCM."""


class DamagedMemory(EmulatorError):
    """A program has written over what host and monitors keep in a chip's memories."""


class SDRAMExhausted(EmulatorError):
    """No free block of SDRAM is large enough."""


class TagInUse(EmulatorError):
    """An application has a block of SDRAM under this tag already."""


class RouterFull(EmulatorError):
    """No run of free multicast entries is long enough."""


class UnmodelledRegister(EmulatorError):
    """A register that this emulator does not model was read or written."""


class NoAnswer(EmulatorError):
    """A core did not do what was asked for within a bound of virtual time."""


def end_of_log(log: str) -> str:
    """Return the last lines of a log, where it says what went wrong."""
    lines = (log.strip() or "(nothing)").split("\n")
    shown = [line[:_WIDTH_SHOWN] for line in lines[-_LINES_SHOWN:]]
    return "\n".join(["...", *shown] if len(lines) > _LINES_SHOWN else shown)


@dataclass(frozen=True)
class CoreFault:
    """A core that died: where, why, and all that it had logged."""

    x: int
    y: int
    p: int
    state: CoreState
    error: RunTimeError
    app_name: str
    registers: tuple[int, ...]
    link_register: int
    log: str
    cause: str = ""
    """What the emulator saw of it: the access or instruction that failed; empty if the program itself gave up."""

    def __str__(self) -> str:
        error = f" with {self.error.name}" if self.error else ""
        cause = f": {self.cause}" if self.cause else f"; called from {self.link_register:#x}"
        name = self.app_name or "a program that had not initialised"
        return (
            f"core {self.x}, {self.y}, {self.p} ({name}) is in {self.state.name}{error}{cause}; "
            f"it had logged:\n{end_of_log(self.log)}"
        )


class CoreFailed(EmulatorError):
    """Raised for a fault; ``fault`` holds it."""

    def __init__(self, fault: CoreFault) -> None:
        super().__init__(str(fault))
        self.fault = fault
