"""Calling the kernels compiled for this machine."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np
from toolchain.build import build_for_host

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["HostKernels"]


class HostKernels:
    """The kernels as a shared library.

    Parameters
    ----------
    library : Path, optional
        Built from the package's sources if not given.

    Raises
    ------
    MissingCompilerError, CompilationError
    """

    def __init__(self, library: Path | None = None):
        self._library = ctypes.CDLL(str(build_for_host() if library is None else library))

    def call(self, function: str, *arguments: int | NDArray[Any]) -> int:
        """Call a function whose arguments are 32-bit integers and pointers; return its int32 result.

        Parameters
        ----------
        function : str
        *arguments : int or contiguous array
            An array stands for a pointer to its data, which the function may change.

        Raises
        ------
        AttributeError
            If the library has no such function.
        ValueError
            If an array is not contiguous.
        """
        called = self._library[function]
        called.restype = ctypes.c_int32
        return int(called(*(_argument(value) for value in arguments)))


def _argument(value: int | NDArray[Any]) -> ctypes.c_uint32 | ctypes.c_void_p:
    if not isinstance(value, np.ndarray):
        return ctypes.c_uint32(value & 0xFFFFFFFF)
    if not value.flags.c_contiguous:
        raise ValueError(
            f"An array of shape {value.shape} with strides {value.strides} is not contiguous; pass a copy."
        )
    return ctypes.c_void_p(value.ctypes.data)
