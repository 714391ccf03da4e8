"""Compiling all kernels of a training before it begins, in several processes: numba compiles one function at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba.core.registry import CPUDispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["compile_ahead"]

_WORKER = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from pynn_sfdfa.jit.worker import main; main()"


def compile_ahead(kernels: Sequence[Any], processes: int = 1, report: Callable[[int, int], None] | None = None) -> None:
    """Compile kernels, or load them if they have been compiled before, so that none is when it is called.

    Parameters
    ----------
    kernels : sequence of functions compiled by `pynn_sfdfa.jit.kernel`
        What takes longest first.
    processes : int
        At most so many compile at once, this one included. What others have compiled comes through the cache; what they
        leave undone, this one does.
    report : callable, optional
        Told how many of how many kernels are compiled, from 0 on, if any has to be; perhaps from another thread.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C; the other processes are ended.
    """
    compiled = [kernel for kernel in kernels if isinstance(kernel, CPUDispatcher)]  # all, unless numba is switched off
    missing = [kernel for kernel in compiled if _is_missing(kernel)]
    if missing:
        _compile_all(missing, processes, report or (lambda done, total: None))
    for kernel in compiled:
        kernel.compile(kernel.declared)


def _is_missing(kernel: Any) -> bool:
    if kernel.declared in kernel.overloads:
        return False
    return not kernel._cache.holds(kernel.declared, kernel.targetctx.codegen())


def _compile_all(kernels: Sequence[Any], processes: int, report: Callable[[int, int], None]) -> None:
    """Let this process and others take one kernel after another until none is left."""
    pending, lock, done = deque(kernels), threading.Lock(), 0

    def finish() -> None:
        nonlocal done
        with lock:
            done += 1
            report(done, len(kernels))

    report(0, len(kernels))
    number = min(processes, len(kernels)) - 1
    folder = Path(kernels[0].stats.cache_path).parents[1]
    with ThreadPoolExecutor(max(1, number)) as helpers, _workers(number, folder) as workers:
        waiting = [helpers.submit(_take, pending, worker.compile, finish) for worker in workers]
        _take(pending, _compile_here, finish)
        for helper in waiting:
            helper.result()
        _take(pending, _compile_here, finish)  # what a worker that died has left


def _take(pending: deque[Any], compile_: Callable[[Any], bool], finish: Callable[[], None]) -> None:
    while True:
        try:
            kernel = pending.popleft()
        except IndexError:
            return
        if not compile_(kernel):
            pending.append(kernel)
            return
        finish()


def _compile_here(kernel: Any) -> bool:
    kernel.compile(kernel.declared)
    return True


class _Worker:
    """A process that compiles kernels, in a group of its own, so that Ctrl-C at a terminal does not reach it."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
            process_group=0,
            text=True,
        )

    def compile(self, kernel: Any) -> bool:
        """Return whether the process has compiled a kernel; if not, it has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        name = f"{kernel.py_func.__module__}:{kernel.py_func.__qualname__}\n"
        try:
            self.process.stdin.write(name)
            self.process.stdin.flush()
        except OSError:
            return False
        return self.process.stdout.readline() == name


@contextmanager
def _workers(number: int, folder: Path) -> Iterator[list[_Worker]]:
    """Start as many workers with this cache, or fewer if the system gives no more; kill them if anything goes wrong."""
    workers: list[_Worker] = []
    try:
        with suppress(OSError):
            workers += (_Worker(folder) for _ in range(number))
        yield workers
    except BaseException:
        for worker in workers:
            worker.process.kill()
        raise
    finally:
        for worker in workers:
            with worker.process:  # closes its pipes, which ends it, and waits
                pass
