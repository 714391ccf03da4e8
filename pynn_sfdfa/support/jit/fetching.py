"""Memory that is fetched before it is needed, as the one who will write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from pynn_sfdfa.support.jit.decorators import in_kernels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["fetch_to_write"]

_FLAG = ir.IntType(32)
_TO_WRITE, _TO_KEEP, _DATA = _FLAG(1), _FLAG(3), _FLAG(1)


def _fetch(_context: Any, array: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, *[_FLAG] * 3])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        memory = context.make_array(signature.args[0])(context, builder, given[0]).data
        builder.call(function, [builder.bitcast(builder.gep(memory, [given[1]]), byte), _TO_WRITE, _TO_KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, at), emit


@in_kernels(_fetch)
def fetch_to_write(array: NDArray[Any], at: np.uint64) -> None:
    """Fetch the cache line of ``array[at]``, and take it from all other cores: nothing else changes.

    Who reads numbers that others have read, too, and then writes them, waits for each line twice otherwise.
    """
