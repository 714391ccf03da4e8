"""How busy cores are, tick by tick, and which of them a board would find too slow: an estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.emulator import CoreState
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer

__all__ = ["CYCLES_PER_INSTRUCTION", "Load", "Profile"]

CYCLES_PER_INSTRUCTION = 1.5
"""Estimate for an ARM968 at 200 MHz: here an instruction takes one cycle, there branches and memory take more."""
_ALWAYS = 0.98
"""A core that has executed an instruction in so many of a tick's cycles has not slept in it."""


@dataclass
class Load:
    """What a core has executed in the ticks in which it ran: in all, and in the busiest one."""

    program: str
    ticks: float = 0.0
    instructions: int = 0
    peak: float = 0.0
    """Instructions of the busiest tick."""


class Profile:
    """Looks at the cores of a machine, again and again while its time passes.

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
        self._seen: dict[tuple[int, int, int], int] = {}
        self._looked_at = 0.0

    def look(self, tick: float) -> None:
        """Count what was executed since the last look, once a tick (in microseconds of the board's time) is over."""
        machine = self._server().machine
        self.tick = tick
        passed = machine.microseconds - self._looked_at
        if 0 <= passed < tick:
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

    def report(self) -> str:
        """Return a line for each core, the busiest first, and what a board would make of it."""
        if not self.loads:
            return "No core was seen running for two ticks."
        cycles = self.tick * CYCLES_PER_MICROSECOND
        lines = [
            f"Instructions a tick of {self.tick:g} us ({cycles:,.0f} cycles at 200 MHz):",
            f"{'core':>12}  {'mean':>9}  {'most':>9}  {'of tick':>7}  program",
        ]
        late = []
        for core, load in sorted(self.loads.items(), key=lambda item: (-item[1].peak, item[0])):
            share, mean = load.peak / cycles, load.instructions / load.ticks
            note = ""
            if share >= _ALWAYS:
                note = "  never sleeps: too much to do, or it waits in a loop"
            elif share * CYCLES_PER_INSTRUCTION > 1:
                note = "  would be late"
                late.append(core)
            lines.append(f"{core!s:>12}  {mean:9,.0f}  {load.peak:9,.0f}  {share:7.1%}  {load.program}{note}")
        verdict = (
            f"{len(late)} would miss real time: {', '.join(map(str, late))}" if late else "none would miss real time"
        )
        lines.append(
            f"Estimate, not measured: at {CYCLES_PER_INSTRUCTION:g} cycles an instruction, of {len(self.loads)} cores "
            f"{verdict}. SDRAM that cores share, and packets that wait, come on top."
        )
        return "\n".join(lines)
