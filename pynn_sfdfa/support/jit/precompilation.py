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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba.core.registry import CPUDispatcher

from pynn_sfdfa.support.interrupts import deferred_interrupt
from pynn_sfdfa.support.jit.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["compile_ahead"]

_WORKER = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from pynn_sfdfa.support.jit.worker import main; main()"
)


def compile_ahead(kernels: Sequence[Any], processes: int = 1, report: Callable[[int, int], None] | None = None) -> None:
    """Compile kernels, or load them if they have been compiled before, so that none is when it is called.

    Parameters
    ----------
    kernels : sequence of functions compiled by `pynn_sfdfa.support.jit.kernel`
        What takes longest first.
    processes : int
        At most so many compile at once, this one included. What others have compiled comes through the cache; what they
        leave undone, this one does.
    report : callable, optional
        Told how many of how many kernels are compiled, from 0 on, if any has to be; perhaps from another thread.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, when the kernels that are under way are compiled, and the other processes have ended.
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
    return not (isinstance(kernel._cache, Cache) and kernel._cache.holds(kernel.declared, kernel.targetctx.codegen()))


def _compile_all(kernels: Sequence[Any], processes: int, report: Callable[[int, int], None]) -> None:
    """Let this process and others take one kernel after another until none is left."""
    pending, lock, done = deque(kernels), threading.Lock(), 0

    def finish() -> None:
        nonlocal done
        with lock:
            done += 1
            report(done, len(kernels))

    report(0, len(kernels))
    # An interrupt within the compiler would be lost in its callbacks: it waits for the kernel that is under way.
    with deferred_interrupt() as interrupted:
        take = partial(_take, pending, interrupted, finish)
        with (
            _workers(min(processes, len(kernels)) - 1, kernels[0].stats.cache_path) as workers,
            ThreadPoolExecutor(max(1, len(workers))) as helpers,
        ):
            try:
                waiting = [helpers.submit(_instruct, worker, take) for worker in workers]
                take(_compile_here)
                for helper in waiting:
                    helper.result()
                take(_compile_here)  # what a worker that has died left
            except BaseException:
                interrupted.set()
                for worker in workers:
                    worker.process.kill()
                raise
        if interrupted.is_set():
            raise KeyboardInterrupt


def _take(
    pending: deque[Any], interrupted: threading.Event, finish: Callable[[], None], compile_: Callable[[Any], bool]
) -> None:
    while not interrupted.is_set():
        try:
            kernel = pending.popleft()
        except IndexError:
            return
        if not compile_(kernel):
            pending.append(kernel)
            return
        finish()


def _instruct(worker: _Worker, take: Callable[[Callable[[Any], bool]], None]) -> None:
    """Wait until a worker can compile; what takes longest is left to this process, which can at once."""
    if worker.ready():
        take(worker.compile)


def _compile_here(kernel: Any) -> bool:
    kernel.compile(kernel.declared)
    return True


class _Worker:
    """A process that compiles kernels, in a group of its own, so that Ctrl-C at a terminal does not reach it."""

    def __init__(self, cache: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, json.dumps([str(path) for path in sys.path])],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
            process_group=0,
        )

    def ready(self) -> bool:
        """Return whether the process has started."""
        return self._answer() == b"ready\n"

    def compile(self, kernel: Any) -> bool:
        """Return whether the process has compiled a kernel; if not, it has ended."""
        assert self.process.stdin is not None
        name = f"{kernel.py_func.__module__}:{kernel.py_func.__qualname__}\n".encode()
        try:
            self.process.stdin.write(name)
        except BrokenPipeError:
            return False
        return self._answer() == name

    def _answer(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def _workers(number: int, code: str | None) -> Iterator[list[_Worker]]:
    """Start as many workers, or fewer if the system gives no more, and wait for their end.

    ``code`` is the folder of a function's machine code, which they are to share.
    """
    workers: list[_Worker] = []
    try:
        if code is not None and sys.executable:
            with suppress(OSError):
                workers += (_Worker(Path(code).parents[1]) for _ in range(number))
        yield workers
    finally:
        for worker in workers:
            with worker.process:  # closes its pipes, which ends it, and waits
                pass
