"""Times of things that are run in turn, so that what disturbs one disturbs all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Spread", "alternate", "clock", "clock_of", "processor_clock", "ratio"]


@dataclass(frozen=True)
class Spread:
    """Median and range of repeated measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Return the spread of one or more values."""
        return cls(float(np.median(values)), float(np.min(values)), float(np.max(values)))

    def scaled(self, factor: float) -> Spread:
        """Return the same in another unit; ``factor`` is positive."""
        return Spread(self.median * factor, self.low * factor, self.high * factor)


def clock(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_clock(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that a call takes, of all threads of this process together."""
    started = time.process_time()
    work()
    return time.process_time() - started


def clock_of(threads: int) -> Callable[[Callable[[], object]], float]:
    """Return what times work on so many threads: one thread's processor time, on which others have little influence.

    Several threads may wait for each other, which only the clock on the wall tells.
    """
    return processor_clock if threads == 1 else clock


def alternate(
    runs: Mapping[str, Callable[[], float]], repetitions: int, tell: Callable[[int], object] = lambda _: None
) -> dict[str, list[float]]:
    """Run everything in turn, A B C A B C ..., and return the seconds of each by name.

    Parameters
    ----------
    runs : mapping
        Each returns the seconds of its own work, so that preparations do not count.
    repetitions : int
        Rounds that count; one more before them warms up and does not.
    tell : callable, optional
        Called with the number of rounds done, after each.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for repetition in range(repetitions + 1):
        for name, run in runs.items():
            taken = run()
            if repetition:
                seconds[name].append(taken)
        tell(repetition + 1)
    return seconds


def ratio(numerator: list[float], denominator: list[float]) -> Spread:
    """Return the spread of the ratios within the rounds."""
    return Spread.of([a / b for a, b in zip(numerator, denominator, strict=True)])
