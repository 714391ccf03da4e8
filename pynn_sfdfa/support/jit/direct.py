"""Kernels that are called without numba finding out the types of their arguments, which takes longer than many work.

Numba knows tuples with names and arrays of records only by looking at each field of each of them, in Python, at every
call: 20 microseconds a layer of a network, during which no other thread can start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import types
from numba.core.registry import CPUDispatcher
from numba.np.numpy_support import as_dtype

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Direct"]

_SCALARS: dict[Any, tuple[type, ...]] = {
    types.int64: (int, np.int64),
    types.int32: (np.int32,),
    types.float32: (np.float32,),
    types.float64: (float, np.float64),
    types.boolean: (bool, np.bool_),
}


class Direct(CPUDispatcher):
    """A compiled function for arguments of the types that it is ``declared`` for; numba takes care of any others.

    Of a tuple with names its class says which types its fields have.
    """

    declared: tuple[Any, ...]

    def __call__(self, *arguments: Any) -> Any:
        """Run it."""
        fit = self._fit
        if len(arguments) == len(fit) and all(fits(argument) for fits, argument in zip(fit, arguments, strict=True)):
            return self._entry(*arguments)
        return super().__call__(*arguments)

    @cached_property
    def _fit(self) -> list[Callable[[Any], bool]]:
        return [_check(kind) for kind in self.declared]

    @cached_property
    def _entry(self) -> Any:
        return self.compile(self.declared)


def _check(kind: Any) -> Callable[[Any], bool]:
    """Return what says whether an argument is of a type of numba's."""
    if isinstance(kind, types.Array):
        dtype, ndim = as_dtype(kind.dtype), kind.ndim

        def fits_array(value: Any) -> bool:
            return isinstance(value, np.ndarray) and value.ndim == ndim and value.dtype == dtype and value.flags.carray

        return fits_array
    # Of other types none fits: numba finds them out.
    classes = (kind.instance_class,) if isinstance(kind, types.BaseNamedTuple) else _SCALARS.get(kind, ())
    return lambda value: type(value) in classes
