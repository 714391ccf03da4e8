"""How busy cores are, tick by tick, and which of them a board would find too slow: an estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.emulator import CoreState
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.emulator.machine import Machine

__all__ = ["CYCLES_PER_INSTRUCTION", "LATE", "Load", "Profile"]

CYCLES_PER_INSTRUCTION = 1.5
"""Estimate for an ARM968 at 200 MHz: here an instruction takes one cycle, there branches and memory take more."""
_ALWAYS = 0.98
"""A core that has executed an instruction in so many of a tick's cycles has not slept in it."""
LATE, NEVER_SLEEPS = "would be late", "never sleeps: too much to do, or it waits in a loop"


@dataclass
class Load:
    """What a core has executed in the ticks in which it ran: in all, and in the busiest one."""

    program: str
    ticks: float = 0.0
    instructions: int = 0
    peak: float = 0.0
    """Instructions of the busiest tick."""

    @property
    def mean(self) -> float:
        """Instructions of a tick, in the mean."""
        return self.instructions / self.ticks

    def remark(self, cycles: float) -> str:
        """Return what a board would make of it, given the cycles of a tick; nothing if it is in time."""
        share = self.peak / cycles
        if share >= _ALWAYS:
            return NEVER_SLEEPS
        return LATE if share * CYCLES_PER_INSTRUCTION > 1 else ""


class Profile:
    """Looks at the cores of a machine, again and again while its time passes; a new machine is another beginning.

    Parameters
    ----------
    server : callable
        Returns the server of the machine.
    """

    def __init__(self, server: Callable[[], CommandServer]) -> None:
        self.loads: dict[tuple[int, int, int], Load] = {}
        self.tick = 0.0
        """Microseconds of a tick of the run that was seen last."""
        self._server = server
        self._machine: Machine | None = None
        self._seen: dict[tuple[int, int, int], int] = {}
        self._looked_at = 0.0

    def look(self, tick: float) -> None:
        """Count what was executed since the last look, once a tick (in microseconds of the board's time) is over."""
        machine = self._server().machine
        self.tick = tick
        if machine is not self._machine:
            self._machine, self._looked_at, self._seen, self.loads = machine, 0.0, {}, {}
        passed = machine.microseconds - self._looked_at
        if passed < tick:
            return
        self._looked_at, seen = machine.microseconds, self._seen
        self._seen = {}
        for core in machine.cores():
            status = machine.core_state(*core)
            if status.state != CoreState.RUNNING:
                continue
            self._seen[core] = executed = machine.instructions(*core)
            if core not in seen or executed < seen[core]:
                continue
            load = self.loads.setdefault(core, Load(self._server().programs.get(core) or status.app_name))
            load.ticks += passed / tick
            load.instructions += executed - seen[core]
            load.peak = max(load.peak, (executed - seen[core]) * tick / passed)

    @property
    def cycles(self) -> float:
        """Of a tick, at 200 MHz."""
        return self.tick * CYCLES_PER_MICROSECOND

    def estimate(self) -> str:
        """Return which cores a board would find too slow, in a sentence that says how this is known."""
        late = [core for core, load in self.loads.items() if load.remark(self.cycles) == LATE]
        late.sort(key=lambda core: (-self.loads[core].peak, core))
        verdict = (
            f"{len(late)} would miss real time: {', '.join(map(str, late))}" if late else "none would miss real time"
        )
        return (
            f"Estimate, not measured: at {CYCLES_PER_INSTRUCTION:g} cycles an instruction, of {len(self.loads)} cores "
            f"{verdict}. SDRAM that cores share, and packets that wait, come on top."
        )

    def report(self) -> str:
        """Return a line for each core, the busiest first, and what a board would make of it."""
        if not self.loads:
            return "No core was seen running for two ticks."
        lines = [
            f"Instructions a tick of {self.tick:g} us ({self.cycles:,.0f} cycles at 200 MHz):",
            f"{'core':>12}  {'mean':>9}  {'most':>9}  {'of tick':>7}  program",
        ]
        for core, load in sorted(self.loads.items(), key=lambda item: (-item[1].peak, item[0])):
            note = load.remark(self.cycles)
            lines.append(
                f"{core!s:>12}  {load.mean:9,.0f}  {load.peak:9,.0f}  {load.peak / self.cycles:7.1%}  {load.program}"
                + (f"  {note}" if note else "")
            )
        return "\n".join([*lines, self.estimate()])
