"""Kernels that are called without numba finding out the types of their arguments, which takes longer than many work.

Numba knows tuples with names and arrays of records only by looking at each field of each of them, in Python, at every
call: 20 microseconds a layer of a network, during which no other thread can start.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numba import types
from numba.core.registry import CPUDispatcher
from numba.np.numpy_support import as_dtype

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
        kinds = tuple(map(type, arguments))
        if kinds in self._known or self._knows(kinds):
            for place, dtype, ndim in self._arrays:
                array = arguments[place]
                if array.dtype != dtype or array.ndim != ndim or not array.flags.carray:
                    break
            else:
                return self._entry(*arguments)
        return super().__call__(*arguments)

    def _knows(self, kinds: tuple[type, ...]) -> bool:
        """Whether arguments of these classes may be of the declared types, for which arrays are looked at further."""
        fit = len(kinds) == len(self.declared) and all(map(_fits, kinds, self.declared))
        if fit:
            self._known.add(kinds)
        return fit

    @cached_property
    def _known(self) -> set[tuple[type, ...]]:
        return set()

    @cached_property
    def _arrays(self) -> list[tuple[int, np.dtype[Any], int]]:
        arrays = ((place, kind) for place, kind in enumerate(self.declared) if isinstance(kind, types.Array))
        return [(place, as_dtype(kind.dtype), kind.ndim) for place, kind in arrays]

    @cached_property
    def _entry(self) -> Any:
        return self.compile(self.declared)


def _fits(given: type, kind: Any) -> bool:
    """Whether an argument of a class may be of a type of numba's; of other types none may: numba finds them out."""
    if isinstance(kind, types.Array):
        return issubclass(given, np.ndarray)
    return given in ((kind.instance_class,) if isinstance(kind, types.BaseNamedTuple) else _SCALARS.get(kind, ()))
