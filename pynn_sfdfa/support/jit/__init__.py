"""Numba compilation, kept on disk: the cache is never stale, and works wherever the package is installed."""

from pynn_sfdfa.support.jit.announcement import announced
from pynn_sfdfa.support.jit.decorators import FLOAT_FLAGS, callback, in_kernels, jit, kernel, subroutine
from pynn_sfdfa.support.jit.fetching import fetch_to_write
from pynn_sfdfa.support.jit.precompilation import compile_ahead

__all__ = [
    "FLOAT_FLAGS",
    "announced",
    "callback",
    "compile_ahead",
    "fetch_to_write",
    "in_kernels",
    "jit",
    "kernel",
    "subroutine",
]
