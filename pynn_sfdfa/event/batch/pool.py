"""A handful of threads that share out tasks.

Plain threads around kernels that release the interpreter, rather than numba's parallel loops: idle threads sleep, so
that a busy machine costs its share and not a multiple, the number of threads is free, and nothing breaks after a fork.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Pool", "share_out"]


class Pool:
    """Runs tasks on the calling thread and ``threads - 1`` others; results must not depend on who runs what.

    Parameters
    ----------
    threads : int
        At least 1.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._helpers = ThreadPoolExecutor(threads - 1, thread_name_prefix="pynn-sfdfa") if threads > 1 else None

    def run(self, tasks: Iterable[Callable[[], object]]) -> None:
        """Run all tasks, each once, and return when the last is done; an exception in one is raised here."""
        pending = deque(tasks)
        wanted = min(self.threads, len(pending)) - 1
        helpers = [self._helpers.submit(_drain, pending) for _ in range(wanted)] if self._helpers else []
        try:
            _drain(pending)
        finally:
            pending.clear()
            for helper in helpers:
                helper.result()


def _drain(pending: deque[Callable[[], object]]) -> None:
    while True:
        try:
            task = pending.popleft()
        except IndexError:
            return
        task()


def share_out(n: int, parts: int) -> Iterator[slice]:
    """Share out ``range(n)`` into at most so many parts of nearly equal size."""
    parts = min(n, parts)
    for part in range(parts):
        yield slice(part * n // parts, (part + 1) * n // parts)
