"""What sees, while the host waits, that cores will never do what it waits for, so that it need not wait on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.emulator import CoreState

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer

__all__ = ["Watchdog"]

_START_UP = 100_000.0
"""Microseconds after which a program must have initialised; stock ones take about ten."""

_FIRST_DOUBT = 0.1
"""Seconds for which the host has asked in vain when it is first asked whether cores go round in circles."""


class Watchdog:
    """Halts such cores, so that the host finds them in state WATCHDOG when it asks next, as on a board.

    Parameters
    ----------
    server : callable
        Returns the server of the machine.
    """

    def __init__(self, server: Callable[[], CommandServer]) -> None:
        self._server = server
        self._doubt = _FIRST_DOUBT
        self._known = 0
        """Cores that have died and of which the host has been told."""

    def watch(self, in_vain: float) -> Callable[[], bool]:
        """Return what tells, looking again and again while time passes, whether a core has died.

        Parameters
        ----------
        in_vain : float
            Seconds for which the host has asked and done nothing else.
        """
        machine = self._server().machine
        self._known = min(self._known, len(machine.faults))
        circles = None
        if in_vain < _FIRST_DOUBT:
            self._doubt = _FIRST_DOUBT
        elif in_vain >= self._doubt:
            self._doubt, circles = 2 * in_vain, machine.running()

        def died() -> bool:
            self._check_started()
            if circles is not None and circles():
                for core in circles.proven:
                    machine.give_up(*core, f"endless loop: it {machine.doing(*core)} and will never do anything else")
            known, self._known = self._known, len(machine.faults)
            return self._known > known

        return died

    def _check_started(self) -> None:
        """Halt programs that should have initialised by now."""
        server = self._server()
        machine = server.machine
        for core, time in list(server.starting.items()):
            if machine.core_state(*core).state != CoreState.INITIALISING:
                del server.starting[core]
            elif machine.microseconds - time > _START_UP:
                del server.starting[core]
                cause = f"it has not initialised within {_START_UP / 1000:g} ms: it {machine.doing(*core)}"
                machine.give_up(*core, cause)
