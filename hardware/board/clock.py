"""The host's clock while it waits for the machine: virtual time, so that waiting is computing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.board.errors import BoardError

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board.pace import Pace
    from pynn_sfdfa.hardware.board.server import CommandServer
    from pynn_sfdfa.hardware.board.watchdog import Watchdog

__all__ = ["HostClock", "VirtualCondition"]

_POLL = 1.0
"""s. A longer wait is for the end of a run, whose length the host knows."""

_PATIENCE = 60.0
"""s of virtual time for which the host may ask again and again, doing nothing else."""

_SLICE = 0.01
"""s of virtual time between two looks whether a run without end is to stop."""


class HostClock:
    """Stands in for the module `time` where the host's tools wait for the machine.

    While the host sleeps the machine computes; otherwise its time stands still.

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
    pace : Pace, optional
        Holds the time of a run back if the simulation is live.
    """

    def __init__(
        self,
        server: Callable[[], CommandServer],
        report: Callable[[], str],
        watchdog: Watchdog | None = None,
        look: Callable[[], None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._server = server
        self._report = report
        self._watchdog = watchdog
        self._look = look
        self._pace = pace
        self._runs = False
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
        self._pass(seconds)
        if server.changes != self._changes or seconds > _POLL:
            self._changes, self._asked = server.changes, 0.0
        else:
            self._asked += seconds
        if self._asked > _PATIENCE:
            raise BoardError(
                f"The host has waited for {_PATIENCE:g} s of virtual time, in vain, for cores to reach another state:\n"
                + self._report()
            )

    def check(self) -> None:
        """Raise ``CoreFailed`` if a core has died."""
        self._server().machine.check()

    def run(self, seconds: float) -> None:
        """Let the machine run for so long, or until a core dies, however long it takes."""
        self._changes, self._asked = self._server().changes, 0.0
        self._pass(seconds)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Within the block, time passes at the pace if the simulation is live."""
        self._runs = True
        try:
            yield
        finally:
            self._runs = False

    def _pass(self, seconds: float) -> None:
        """Let time pass, and look again and again."""
        server = self._server()
        watch = None if self._watchdog is None else self._watchdog.watch(self._asked)
        looks = [] if self._look is None else [self._look]
        if self._pace is not None and self._runs and server.ethernet.tags:
            if server.let_go:
                server.machine.advance(microseconds=self._pace.first)
            hold = self._pace.start(server.machine.microseconds)
            looks.append(lambda: hold(server.machine.microseconds))
        server.let_go = False
        if looks:
            watch = _looking(looks, watch)
        if watch is None:
            server.machine.advance(microseconds=seconds * 1e6)
        else:
            server.machine.advance(watch, seconds * 1e6)
        server.collect()


def _looking(looks: Sequence[Callable[[], None]], watch: Callable[[], bool] | None) -> Callable[[], bool]:
    """Return what looks, and then tells what the other one does."""

    def looking() -> bool:
        for look in looks:
            look()
        return watch is not None and watch()

    return looking


class VirtualCondition:
    """A condition that is waited for in virtual time, until another thread has notified of it.

    Parameters
    ----------
    condition : threading.Condition
    clock : HostClock
    """

    def __init__(self, condition: threading.Condition, clock: HostClock) -> None:
        self._condition = condition
        self._clock = clock

    def __enter__(self) -> bool:
        return self._condition.__enter__()

    def __exit__(self, *raised: Any) -> None:
        self._condition.__exit__(*raised)

    def wait(self) -> None:
        """Let go of the condition while a little time passes; who waits looks at what has changed anyway.

        Raises
        ------
        CoreFailed
            A core has died, so that the run will not be what it should.
        """
        self._condition.release()
        try:
            self._clock.run(_SLICE)
            self._clock.check()
        finally:
            self._condition.acquire()
