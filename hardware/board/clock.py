"""The host's clock while it waits for the machine: virtual time, so that waiting is computing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.board.watchdog import Watchdog

__all__ = ["HostClock"]

_POLL = 1.0
"""s. A longer wait is for the end of a run, whose length the host knows."""

_PATIENCE = 60.0
"""s of virtual time for which the host may ask again and again, doing nothing else."""


class HostClock:
    """Stands in for the module `time` where the host's tools wait for the machine.

    Parameters
    ----------
    server : callable
        Returns the server of the machine.
    report : callable
        Returns what the cores are doing, for an error.
    watchdog : Watchdog, optional
        Ends a wait when a core has died.
    look : callable, optional
        Is called again and again while time passes.
    """

    def __init__(
        self,
        server: Callable[[], CommandServer],
        report: Callable[[], str],
        watchdog: Watchdog | None = None,
        look: Callable[[], None] | None = None,
    ) -> None:
        self._server = server
        self._report = report
        self._watchdog = watchdog
        self._look = look
        self._asked = 0.0
        self._changes = -1

    def time(self) -> float:
        """Return the machine's virtual time in seconds."""
        return self._server().machine.microseconds * 1e-6

    def sleep(self, seconds: float) -> None:
        """Let the machine run for so long, or until a core dies.

        Raises
        ------
        BoardError
            The host asks without end for something that does not happen.
        """
        server = self._server()
        watch = None if self._watchdog is None else self._watchdog.watch(self._asked)
        if self._look is not None:
            watch = _looking(self._look, watch)
        if watch is None:
            server.machine.advance(microseconds=seconds * 1e6)
        else:
            server.machine.advance(watch, seconds * 1e6)
        server.collect()
        if server.changes != self._changes or seconds > _POLL:
            self._changes, self._asked = server.changes, 0.0
        else:
            self._asked += seconds
        if self._asked > _PATIENCE:
            raise BoardError(
                f"The host has waited for {_PATIENCE:g} s of virtual time, in vain, for cores to reach another state:\n"
                + self._report()
            )


def _looking(look: Callable[[], None], watch: Callable[[], bool] | None) -> Callable[[], bool]:
    """Return what looks, and then tells what the other one does."""

    def looking() -> bool:
        look()
        return watch is not None and watch()

    return looking
