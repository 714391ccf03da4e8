"""Numba compilation, kept on disk: the cache is never stale, and works wherever the package is installed."""

from pynn_sfdfa.support.jit.ahead import compile_ahead
from pynn_sfdfa.support.jit.announce import announced
from pynn_sfdfa.support.jit.decorators import FLOAT_FLAGS, jit, kernel, subroutine

__all__ = ["FLOAT_FLAGS", "announced", "compile_ahead", "jit", "kernel", "subroutine"]
