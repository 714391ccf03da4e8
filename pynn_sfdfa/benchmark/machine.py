"""What this machine can do: arithmetic peak and memory bandwidth, measured; and how to name it in a table."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np
from numba import prange

from pynn_sfdfa.experiments.report import versions
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MEMORY_LEVELS", "BandwidthRun", "PeakRun", "describe", "load_warning"]

MEMORY_LEVELS = {"L2": 2**18, "L3": 2**22, "DRAM": 2**27}
"""Bytes per thread that are run through, for what is on common machines the level of memory of that name."""

_BYTES_PER_PASS = 2**27  # small arrays are run through repeatedly
_CHAIN, _LANES, _PEAK_ROUNDS = 8, 1024, 10_000
_IDLE_LOAD = 0.5


@jit(parallel=True, fastmath=FLOAT_FLAGS)
def _multiply_add(threads: int, rounds: int, x: NDArray[np.float32], factor: np.float32, term: np.float32) -> None:
    """Run chains of multiply-adds that stay in registers, many of them independent of each other."""
    for thread in prange(threads):
        for _ in range(rounds):
            for lane in range(np.uint64(_LANES)):
                value = x[np.uint64(thread * _LANES) + lane]
                for _ in range(_CHAIN):
                    value = value * factor + term
                x[np.uint64(thread * _LANES) + lane] = value


@jit(parallel=True, fastmath=FLOAT_FLAGS)
def _update(passes: int, a: NDArray[np.float32], b: NDArray[np.float32], factor: np.float32) -> None:
    """Update one array by another, two reads and a write for each element; every thread has a row of its own."""
    for thread in prange(a.shape[0]):
        to, by = a[thread], b[thread]
        for _ in range(passes):
            for i in range(to.size):
                to[i] = to[i] * factor + by[i]


class PeakRun:
    """Float32 multiply-adds at full speed; ``operations`` of them (two each) in one call."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._x = np.ones(threads * _LANES, np.float32)
        self.operations = 2.0 * threads * _PEAK_ROUNDS * _LANES * _CHAIN
        self()

    def __call__(self) -> float:
        """Return the seconds taken."""
        numba.set_num_threads(self._threads)
        started = time.perf_counter()
        _multiply_add(self._threads, _PEAK_ROUNDS, self._x, np.float32(0.5), np.float32(0.5))
        return time.perf_counter() - started


class BandwidthRun:
    """Reading and writing ``bytes`` bytes in one call, in arrays of ``size`` bytes a thread."""

    def __init__(self, threads: int, size: int) -> None:
        elements = size // 8  # two arrays of float32
        self._threads = threads
        # Ones: zeros never written to would all be one page of memory, which stays in cache.
        self._a, self._b = (np.ones((threads, elements), np.float32) for _ in range(2))
        self._passes = max(1, _BYTES_PER_PASS // size)
        self.bytes = 12.0 * threads * elements * self._passes
        self()

    def __call__(self) -> float:
        """Return the seconds taken."""
        numba.set_num_threads(self._threads)
        started = time.perf_counter()
        _update(self._passes, self._a, self._b, np.float32(0.5))
        return time.perf_counter() - started


def describe(threads: int) -> dict[str, str | int]:
    """Return what a reader of the figures must know about the machine."""
    return {
        "processor": _processor(),
        "cores": os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0)),
        "threads": threads,
        "platform": f"{platform.system()} {platform.machine()}",
        "date": time.strftime("%Y-%m-%d"),
        **versions(),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load_warning(load: float) -> str | None:
    """Return a warning if the load average tells that the machine is busy, before a benchmark has begun."""
    if load < _IDLE_LOAD:
        return None
    return (
        f"The load average is {load:.1f}: others are using this machine, or were a minute ago. Times below are longer "
        "than on an idle machine; ratios suffer less, for what is compared is run in turn."
    )
