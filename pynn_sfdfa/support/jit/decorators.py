"""What is compiled, and how: functions, the kernels of a training, and parts of either."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
from numba.core.ccallback import CFunc
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature
from numba.extending import intrinsic, register_jitable

from pynn_sfdfa.support.jit.cache import Cache
from pynn_sfdfa.support.jit.direct import Direct
from pynn_sfdfa.support.jit.folders import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FLOAT_FLAGS", "callback", "in_kernels", "jit", "kernel", "subroutine"]

_Function = TypeVar("_Function")

# Contraction to fused multiply-add only: sums keep their order, so results do not depend on vector width or threads.
FLOAT_FLAGS = frozenset({"contract", "nsz", "arcp"})


def jit(function: Any = None, **options: Any) -> Any:
    """Compile with numba in nopython mode, with numpy's division, keeping the machine code on disk.

    The cache is below ``$NUMBA_CACHE_DIR``, else in the user's cache folder, else (neither can be written) in a folder
    of the user's own below the system's temporary one. Where none can be written, there is no cache.
    """

    def compile_(function: Any) -> Any:
        compiled = numba.njit(**_settings(options))(function)
        cache = _cache(function)
        if cache is not None and isinstance(compiled, CPUDispatcher):  # which it is not if numba is switched off
            compiled._cache = cache
        return compiled

    return compile_ if function is None else compile_(function)


def kernel(*arguments: Any, **options: Any) -> Any:
    """Compile a kernel of a training, as `jit` does, for arguments of these numba types: see `compile_ahead`.

    It releases the interpreter's lock and cannot allocate arrays, whose bookkeeping would take longer to compile than
    most kernels do; what it needs is given to it.
    """

    def compile_(function: Any) -> Any:
        compiled = jit(function, nogil=True, _nrt=False, **options)
        compiled.declared = arguments
        if isinstance(compiled, CPUDispatcher):
            compiled.__class__ = Direct
        return compiled

    return compile_


def callback(signature: Any) -> Any:
    """Compile what a C library calls, at once; the machine code is kept as that of `jit` is.

    Of what the function encloses only numbers may differ from one of its kind to the next: compiled functions that it
    calls are known by name.
    """

    def compile_(function: Any) -> Any:
        compiled: Any = CFunc(function, normalize_signature(signature), locals={}, options=_settings({}))
        compiled._cache = _cache(function) or compiled._cache
        compiled.compile()
        return compiled

    return compile_


def subroutine(**options: Any) -> Any:
    """Compile a function as part of each kernel that calls it, with options of its own; without them, inline it.

    From Python it runs as Python.
    """
    return register_jitable(**_settings(options))


def in_kernels(declaration: Any) -> Callable[[_Function], _Function]:
    """Have kernels call what is declared, an intrinsic of numba's, instead of the function, which Python calls."""

    def declared(function: _Function) -> _Function:
        return function if numba.config.DISABLE_JIT else cast("_Function", intrinsic(declaration))

    return declared


def _cache(function: Any) -> Cache | None:
    """Return where the machine code of a function is kept; None if nowhere: a notebook's cell has no file."""
    file = Path(inspect.getfile(function))
    folder = cache_folder(function.__module__, file) if file.is_file() else None
    if folder is None:
        return None
    own = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        return Cache(function)  # looks at CACHE_DIR now, not when it compiles
    finally:
        numba.config.CACHE_DIR = own


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    settings = {"error_model": "numpy", **options}
    if "fastmath" in settings:
        settings["fastmath"] = set(settings["fastmath"])  # numba takes no frozenset
    return settings
