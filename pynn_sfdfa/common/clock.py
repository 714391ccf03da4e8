"""``run()`` and ``run_until()``: the one rule by which time passes on every simulator.

The time that was asked for is kept exactly. A simulator that advances in steps stops at the first step at or after it,
to 1e-9 of a step, so that ten times 0.1 ms is 1 ms, and says which two times these are if they differ; the next
``run()`` counts from the time asked for, so that nothing adds up. Spikes of a source that lie between two steps come at
the first step after them, by the same rule.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pynn_sfdfa.common.numbers import number
from pynn_sfdfa.support.numbers import is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

__all__ = ["Clock", "build_run", "end_of_run", "first_steps", "now", "steps_to"]

_TOLERANCE = 1e-9
"""Of a step: a time that is closer to a step than this is at it."""


class Clock(Protocol):
    """What ``run()`` needs to know of a simulator."""

    asked: float
    """ms; the time that the last ``run()`` that came to its end was to reach."""

    @property
    def t(self) -> float:
        """The present time in ms."""

    @property
    def step(self) -> float:
        """The time step in ms; 0 where time is continuous."""

    def advance(self, stop: float) -> None:
        """Simulate up to ``stop`` ms, a multiple of the step."""


def first_steps(times: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the number of the first step at or after each time (ms); spikes between two steps are taken there, too."""
    steps = times / step
    exact: NDArray[np.float64] = np.ceil(steps - np.maximum(_TOLERANCE, 4e-16 * steps))
    return exact


def steps_to(time: float, step: float) -> int:
    """Return the number of the first step at or after a time (ms)."""
    return int(first_steps(np.array([time]), step)[0])


def _stop(clock: Clock, target: float) -> float:
    """Return the time in ms at which a simulator can stop, having reached ``target``."""
    stop = steps_to(target, clock.step) * clock.step if clock.step else target
    return max(stop, clock.t)


def now(clock: Clock) -> float:
    """Return the time in ms from which the next ``run()`` counts: that asked for, if the clock stands where it led."""
    led = clock.step and abs(steps_to(clock.asked, clock.step) * clock.step - clock.t) < 1e-3 * clock.step
    return clock.asked if led else clock.t


def end_of_run(clock: Clock, target: float) -> float:
    """Return the time in ms to which a run until ``target`` ms has to be simulated.

    Raises
    ------
    ValueError
        If it is in the past.

    Warns
    -----
    UserWarning
        If the simulator stops after ``target``.
    """
    if target < now(clock) - max(clock.step, 1e-6) * 1e-6:
        raise ValueError(f"time_point = {target:g} ms is in the past; the simulation is at {clock.t:g} ms.")
    stop = _stop(clock, target)
    if clock.step and stop - target > 2 * _TOLERANCE * stop and stop > clock.t:
        warnings.warn(
            f"{target:.10g} ms lies between two steps of {clock.step:g} ms; the simulation stops at {stop:g} ms. The "
            f"next run() counts from {target:.10g} ms.",
            stacklevel=4,
        )
    return stop


def build_run(clock: Clock) -> tuple[Callable[..., float], Callable[..., float]]:
    """Return PyNN's ``run`` and ``run_until`` for a simulator."""

    def run_until(time_point: Any, callbacks: Iterable[Callable[[float], float]] | None = None) -> float:
        """Advance to ``time_point`` ms; return the time then.

        Parameters
        ----------
        time_point : float or quantity
            ms, unless it has a unit. A simulator with time steps stops at the first one at or after it.
        callbacks : list of callables, optional
            Each is called with the present time, at first at once, and returns the time at which it is to be called
            next; on a simulator with time steps that is at the first step at or after it.

        Raises
        ------
        ValueError
            If the time is not a finite number, or in the past; nothing has been simulated.
        """
        target: float = number("time_point", time_point, "ms")
        stop = end_of_run(clock, target)
        if callbacks:
            due = [(_next_call(callback, clock.t), callback) for callback in callbacks]
            while (time := _stop(clock, min(when for when, _ in due))) <= stop:
                clock.advance(time)
                due = [(_next_call(call, clock.t) if when <= clock.t else when, call) for when, call in due]
        clock.advance(stop)
        clock.asked = target
        return clock.t

    def run(simtime: Any, callbacks: Iterable[Callable[[float], float]] | None = None) -> float:
        """Advance by ``simtime`` ms; return the time then.

        ``run(x)`` and ``run(y)`` together are ``run(x + y)``, also where x is no multiple of the time step.

        Parameters
        ----------
        simtime : float or quantity
            ms, unless it has a unit; >= 0.
        callbacks : list of callables, optional
            As for ``run_until``.

        Raises
        ------
        ValueError
            If it is not a finite number >= 0; nothing has been simulated.
        """
        return run_until(now(clock) + number("simtime", simtime, "ms", minimum=0), callbacks)

    return run, run_until


def _next_call(callback: Callable[[float], float], now: float) -> float:
    """Return when a callback wants to be called next, having called it."""
    time = callback(now)
    if not is_number(time) or not time > now:
        raise ValueError(
            f"A callback was called at {now:g} ms and returned {time!r}; it must return the time in ms at which it is "
            "to be called next, later than now."
        )
    return float(time)
