"""The exceptions of an ARM968 for what it cannot do, and what to say about them."""

from __future__ import annotations

from typing import NamedTuple

import unicorn

from pynn_sfdfa.hardware.emulator.states import RunTimeError

__all__ = ["MODES", "PREFETCH_ABORT", "SUPERVISOR_CALL", "Abort", "Access", "Failure", "abort"]

_SUPERVISOR, _ABORT, _UNDEFINED = 0x13, 0x17, 0x1B


class Abort(NamedTuple):
    """A kind of exception; ``error`` is what SARK's handler gives as the reason."""

    name: str
    error: RunTimeError
    mode: int
    vector: int
    link: int | None
    """From the instruction to what the link register holds; None for the instruction after it."""


class Access(NamedTuple):
    """What an instruction wanted of memory, as Unicorn says it."""

    kind: int
    address: int
    size: int

    def __str__(self) -> str:
        verb = "writes" if self.kind == unicorn.UC_MEM_WRITE_UNMAPPED else "reads"
        return f"{verb} {self.size} byte{'s' if self.size > 1 else ''} at {self.address:#x}"


class Failure(NamedTuple):
    """What a processor could not do, in words and as SARK's reason; whether no program can go on after it."""

    cause: str
    error: RunTimeError
    hopeless: bool


UNDEFINED_INSTRUCTION = Abort(
    "undefined instruction", RunTimeError.UNDEFINED_INSTRUCTION, _UNDEFINED, vector=0x04, link=None
)
SUPERVISOR_CALL = Abort("supervisor call", RunTimeError.SUPERVISOR_CALL, _SUPERVISOR, vector=0x08, link=None)
PREFETCH_ABORT = Abort(
    "fetch of an instruction from where none is", RunTimeError.PREFETCH_ABORT, _ABORT, vector=0x0C, link=4
)
DATA_ABORT = Abort("access to an address where nothing is", RunTimeError.DATA_ABORT, _ABORT, vector=0x10, link=8)

_BY_ERROR = {
    unicorn.UC_ERR_INSN_INVALID: UNDEFINED_INSTRUCTION,
    unicorn.UC_ERR_FETCH_UNMAPPED: PREFETCH_ABORT,
    unicorn.UC_ERR_FETCH_PROT: PREFETCH_ABORT,
    unicorn.UC_ERR_READ_UNMAPPED: DATA_ABORT,
    unicorn.UC_ERR_WRITE_UNMAPPED: DATA_ABORT,
}
# QEMU's numbers of the exceptions that it hands to a hook; the last one is for a breakpoint.
_BY_NUMBER = {1: UNDEFINED_INSTRUCTION, 2: SUPERVISOR_CALL, 3: PREFETCH_ABORT, 4: DATA_ABORT, 7: PREFETCH_ABORT}

MODES = (_ABORT, _UNDEFINED)
"""In one of these the processor is in the handler of an exception, which cannot return once another one has come."""


def abort(number: int | None, error: int) -> Abort | None:
    """Return the exception for a number of QEMU's, or else for an error of Unicorn's; None if an ARM968 has none."""
    return _BY_ERROR.get(error) if number is None else _BY_NUMBER.get(number)
