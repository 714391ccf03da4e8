"""What a host sees of an emulated machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from pynn_sfdfa.hardware.emulator.sdp import SDPMessage
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError, Signal


class Route(NamedTuple):
    """One multicast entry: it matches a packet's key if that & ``mask`` is ``key``.

    Bits 0 to 5 of ``route`` are links, bit 6 + p is processor p.
    """

    key: int
    mask: int
    route: int


class CoreStatus(NamedTuple):
    """A core's block of SysRAM, decoded; ``raw`` is its 128 bytes."""

    state: CoreState
    error: RunTimeError
    app_id: int
    app_name: str
    iobuf_address: int
    software_errors: int
    registers: tuple[int, ...]
    program_status: int
    stack_pointer: int
    link_register: int
    user: tuple[int, int, int, int]
    raw: bytes


class HostView(Protocol):
    """The machine as SCAMP shows it to a host.

    Virtual time passes only in ``advance``, ``start``, ``signal`` and ``send_sdp``.
    """

    sent: list[SDPMessage]
    """Messages that cores sent to the host, oldest first; the host takes them out."""

    @property
    def microseconds(self) -> float:
        """Virtual time since the machine was made."""
        ...

    def read(self, x: int, y: int, address: int, n: int, p: int = 0) -> bytes:
        """Read SDRAM, SysRAM (with vcpu blocks and sv) or registers of the router; ITCM and DTCM of core ``p``."""
        ...

    def write(self, x: int, y: int, address: int, data: bytes, p: int = 0) -> None:
        """Write SDRAM, SysRAM or registers of the router; ITCM and DTCM of core ``p``."""
        ...

    def fill(self, x: int, y: int, address: int, word: int, n: int) -> None:
        """Write ``n`` bytes of a repeated 32-bit word."""
        ...

    def sdram_alloc(self, x: int, y: int, size: int, app_id: int, tag: int = 0, retry: bool = False) -> int:
        """Return the address of a new block; ``SDRAMExhausted`` or ``TagInUse`` say why there is none."""
        ...

    def sdram_free(self, x: int, y: int, address: int) -> None:
        """Give a block back."""
        ...

    def sdram_free_by_app(self, x: int, y: int, app_id: int) -> int:
        """Give back all blocks of an application; return how many there were."""
        ...

    def sdram_available(self, x: int, y: int) -> tuple[int, int]:
        """Return the free bytes and the size of the largest free block."""
        ...

    def load_routes(self, x: int, y: int, entries: Iterable[Route], app_id: int) -> None:
        """Put entries behind those that are there, in this order; ``RouterFull`` says how many entries are free."""
        ...

    def routes(self, x: int, y: int) -> list[Route]:
        """Return the entries in the order in which they are matched."""
        ...

    def clear_routes(self, x: int, y: int, app_id: int | None = None) -> None:
        """Remove the entries of an application, or all."""
        ...

    def start(self, x: int, y: int, cores: Iterable[int], aplx: bytes, app_id: int, wait: bool = False) -> None:
        """Load a binary on cores and run them to their first wait; ``wait`` holds them for ``Signal.START``."""
        ...

    def signal(self, app_id: int, signal: Signal) -> None:
        """Signal all cores of an application on all chips and run what they do at once."""
        ...

    def send_sdp(self, message: SDPMessage) -> None:
        """Put a message into a core's mailbox and run what it does at once."""
        ...

    def core_state(self, x: int, y: int, p: int) -> CoreStatus:
        """Return a core's decoded block."""
        ...

    def iobuf(self, x: int, y: int, p: int) -> str:
        """Return all that a core has logged."""
        ...

    def clear_iobuf(self, x: int, y: int, p: int) -> None:
        """Forget what a core has logged."""
        ...

    def cores(self) -> list[tuple[int, int, int]]:
        """Return x, y and number of all cores with a program."""
        ...

    def instructions(self, x: int, y: int, p: int) -> int:
        """Return how many instructions a core has executed since its program was loaded."""
        ...

    def advance(self, until: Callable[[], bool] | None = None, microseconds: float = 1e6) -> bool:
        """Let virtual time pass until a condition holds, at most so long; return whether it held."""
        ...
