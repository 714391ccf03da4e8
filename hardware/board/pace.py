"""How fast a live simulation runs: as its world does, or as fast as it can."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from pynn_sfdfa.hardware.board.errors import BoardError

__all__ = ["Pace"]

_LEAST = 0.001
"""s. Shorter ones are not worth a sleep."""
_CAUGHT_UP = 0.02
"""s by which virtual time may lag behind and catch up; of more, the rest stays lost, so that it never races."""
_FIRST_TICKS = 2


class Pace:
    """Holds virtual time back, so that it runs no faster than the wall clock; it may run slower.

    Parameters
    ----------
    factor : float
        Seconds of the board's time in a second, at most; infinite: as fast as it goes.
    tick : callable
        Returns the microseconds of a tick.

    Raises
    ------
    BoardError
        The factor is not above zero.
    """

    def __init__(self, factor: float, tick: Callable[[], float]) -> None:
        if not factor > 0:
            raise BoardError(f"A pace of {factor:g} is none: give the seconds of the board's time in one, or inf.")
        self._factor = factor
        self._tick = tick

    @property
    def first(self) -> float:
        """Microseconds that pass at once when cores are let go, since programs take no input before their first tick.

        A board goes on by itself; here nothing does while the host tells others that it has begun.
        """
        return _FIRST_TICKS * self._tick()

    def start(self, microseconds: float) -> Callable[[float], None]:
        """Return what waits, given the virtual time, until the wall clock has come as far since now."""
        due = time.monotonic()
        seen = microseconds

        def hold(now: float) -> None:
            nonlocal due, seen
            due = max(due + (now - seen) * 1e-6 / self._factor, time.monotonic() - _CAUGHT_UP)
            seen = now
            ahead = due - time.monotonic()
            if ahead > _LEAST:
                time.sleep(ahead)

        return hold if math.isfinite(self._factor) else lambda now: None
