"""A handful of threads that share out tasks.

Plain threads around kernels that release the interpreter, rather than numba's parallel loops: idle threads sleep, so
that a busy machine costs its share and not a multiple, the number of threads is free, and nothing breaks after a fork.
They are woken by a queue, not by an executor, whose bookkeeping takes longer than many a batch.
"""

from __future__ import annotations

import os
import weakref
from collections import deque
from queue import SimpleQueue
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Pool", "long_at_ends", "share_out"]

_WORTH = 1e-3
"""Seconds of work from which threads are woken for it: until one is at work, and is heard to be done, takes 0.2 ms."""


class Pool:
    """Runs tasks on the calling thread and ``threads - 1`` others; results must not depend on who runs what.

    Parameters
    ----------
    threads : int
        At least 1.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._seconds: dict[str, float] = {}
        self._hire()

    def _hire(self) -> None:
        self._process, self._wake = os.getpid(), SimpleQueue[_Work | None]()
        for number in range(self.threads - 1):
            Thread(target=_serve, args=(self._wake,), name=f"pynn-sfdfa_{number}", daemon=True).start()
        weakref.finalize(self, _dismiss, self._wake, self.threads - 1).atexit = False

    def run(self, tasks: Iterable[Callable[[], object]], of: str = "") -> None:
        """Run all tasks, each once, and return when the last is done; an exception in one is raised here.

        Parameters
        ----------
        of : str
            What they are part of: if all of that took too little time before, nobody is woken for it.
        """
        if self._process != os.getpid():  # a fork has no threads but the one that forked
            self._hire()
        pending = deque(tasks)
        few = self._seconds.get(of, _WORTH) < _WORTH
        helpers = 0 if few else min(self.threads, len(pending)) - 1
        if helpers <= 0:
            begin = perf_counter()
            for task in pending:
                task()
            if of:
                self._seconds[of] = perf_counter() - begin
            return
        work = _Work(pending)
        for _ in range(helpers):
            self._wake.put(work)
        try:
            work.drain()
        finally:
            work.pending.clear()
            failures = [failure for failure in [work.left.get() for _ in range(helpers)] if failure is not None]
        if failures:
            raise failures[0]
        if of:
            self._seconds[of] = sum(work.seconds)


class _Work:
    """Tasks, and how those who share them have left: with an exception, or None."""

    def __init__(self, pending: deque[Callable[[], object]]) -> None:
        self.pending = pending
        self.seconds: list[float] = []  # that each has worked
        self.left: SimpleQueue[BaseException | None] = SimpleQueue()

    def drain(self, last: bool = False) -> None:
        """Run tasks until there are none, the first ones first, or the last ones.

        Whoever begins at an end has much of what the tasks there work on in its cache, from the time before.
        """
        begin = perf_counter()
        while True:
            try:
                task = self.pending.pop() if last else self.pending.popleft()
            except IndexError:
                break
            task()
        self.seconds.append(perf_counter() - begin)


def _serve(wake: SimpleQueue[_Work | None]) -> None:
    """Share in work until dismissed; nothing of it is kept after that, so that its arrays can go."""
    while (work := wake.get()) is not None:
        failure = None
        try:
            work.drain(last=True)
        except BaseException as error:  # raised by the thread that waits
            failure = error
        work.left.put(failure)
        del work, failure


def _dismiss(wake: SimpleQueue[_Work | None], helpers: int) -> None:
    for _ in range(helpers):
        wake.put(None)


def share_out(n: int, parts: int) -> Iterator[slice]:
    """Share out ``range(n)`` into at most so many parts of nearly equal size."""
    parts = min(n, parts)
    for part in range(parts):
        yield slice(part * n // parts, (part + 1) * n // parts)


def long_at_ends(groups: Iterable[Sequence[Callable[[], object]]]) -> list[Callable[[], object]]:
    """Return tasks in an order in which threads that begin at both ends are done at about the same time.

    Parameters
    ----------
    groups : iterable of sequences of tasks
        The longest tasks first.
    """
    left: list[Callable[[], object]] = []
    right: list[Callable[[], object]] = []
    for group in groups:
        half = len(group) // 2
        left += group[:half]
        right[:0] = group[half:]
    return left + right
