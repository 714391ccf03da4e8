"""Sixteen neurons at once: arithmetic on neighbours in a row, in registers.

A compiler that makes such code from a loop over a row makes it for rows of any length and position, which costs short
rows, as those of convolutions are, more than their work. Rows here are whole numbers of `LANES` long.
Each function is defined as Python has it, for where numba is switched off, and by what kernels have instead. Functions
say which products are rounded before they are added, and which need not be, on processors that do both at once: left
to the compiler, that would differ from place to place, and a neuron would reach its threshold in one of them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import models, register_model

from pynn_sfdfa.event.batch.layout import LANES
from pynn_sfdfa.support.jit import FLOAT_FLAGS, in_kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "STEP",
    "add",
    "at_least",
    "load",
    "lowest_bit",
    "plus_product",
    "scaled",
    "scaled_minus",
    "scaled_plus",
    "store",
    "total",
    "zeros",
]

STEP = np.uint64(LANES)
"""From one load of a row to the next."""

_VECTOR, _INDEX = ir.VectorType(ir.FloatType(), LANES), ir.IntType(32)
_FLAGS = tuple(sorted(FLOAT_FLAGS - {"contract"}))
_FLOAT_BYTES = 4


class _Lanes(types.Type):
    """As many float32 values as are at work together."""

    def __init__(self) -> None:
        super().__init__(name=f"float32 x {LANES}")


_LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: Any) -> None:
        super().__init__(manager, numba_type, _VECTOR)


def _address(context: Any, builder: Any, signature: Any, row: Any, at: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, row)
    return builder.bitcast(builder.gep(array.data, [at]), _VECTOR.as_pointer())


def _load(_context: Any, row: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_address(context, builder, signature, *given), align=_FLOAT_BYTES)

    return _LANES(row, at), emit


def _store(_context: Any, row: Any, at: Any, lanes: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store(given[2], _address(context, builder, signature, *given[:2]), align=_FLOAT_BYTES)
        return context.get_dummy_value()

    return types.void(row, at, lanes), emit


def _zeros(_context: Any) -> Any:
    return _LANES(), lambda _context, _builder, _signature, _given: ir.Constant(_VECTOR, [0.0] * LANES)


def _add(_context: Any, lanes: Any, other: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.fadd(*given, flags=_FLAGS)

    return _LANES(lanes, other), emit


def _splat(builder: Any, number: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, _INDEX(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


def _scaled(_context: Any, lanes: Any, _by: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.fmul(given[0], _splat(builder, given[1]), flags=_FLAGS)

    return _LANES(lanes, types.float32), emit


def _product_and_sum(builder: Any, one: Any, other: Any, added: Any) -> Any:
    """Return ``one * other + added``, rounded once where the processor can."""
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(function, [one, other, added])


def _scaled_plus(_context: Any, lanes: Any, _by: Any, other: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return _product_and_sum(builder, given[0], _splat(builder, given[1]), given[2])

    return _LANES(lanes, types.float32, other), emit


def _scaled_minus(_context: Any, lanes: Any, _by: Any, other: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return _product_and_sum(builder, given[0], _splat(builder, given[1]), builder.fneg(given[2]))

    return _LANES(lanes, types.float32, other), emit


def _plus_product(_context: Any, lanes: Any, one: Any, other: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return _product_and_sum(builder, given[1], given[2], given[0])

    return _LANES(lanes, one, other), emit


def _lanes_of_flags(context: Any) -> int:
    """Return for how many values at a time the processor has the bits of a comparison.

    Taken for fewer they pass through memory, for more they are packed before: either takes longer than the pass.
    """
    _, _, features = context.codegen().magic_tuple()
    return 16 if "+avx512f" in features.split(",") else 8


def _at_least(_context: Any, lanes: Any, _limit: Any) -> Any:
    def emit(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        flags = builder.fcmp_ordered(">=", given[0], _splat(builder, given[1]))
        word, step = ir.IntType(64), _lanes_of_flags(context)
        bits = word(0)
        for first in range(0, LANES, step):
            own = ir.Constant(ir.VectorType(_INDEX, step), list(range(first, first + step)))
            few = builder.bitcast(builder.shuffle_vector(flags, flags, own), ir.IntType(step))
            bits = builder.or_(bits, builder.shl(builder.zext(few, word), word(first)))
        return bits

    return types.uint64(lanes, types.float32), emit


def _lowest_bit(_context: Any, _bits: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.IntType(1)(1))

    return types.uint64(types.uint64), emit


def _total(_context: Any, lanes: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        value, n = given[0], LANES
        while n > 1:
            n //= 2
            halves = [ir.Constant(ir.VectorType(_INDEX, n), list(range(first, first + n))) for first in (0, n)]
            low, high = (builder.shuffle_vector(value, value, half) for half in halves)
            value = builder.fadd(low, high, flags=_FLAGS)
        return builder.extract_element(value, _INDEX(0))

    return types.float32(lanes), emit


@in_kernels(_load)
def load(row: NDArray[np.float32], at: np.uint64 | int) -> NDArray[np.float32]:
    """Return the values from ``row[at]`` on."""
    return row[at : at + STEP].copy()


@in_kernels(_store)
def store(row: NDArray[np.float32], at: np.uint64 | int, lanes: NDArray[np.float32]) -> None:
    """Write values from ``row[at]`` on."""
    row[at : at + STEP] = lanes


@in_kernels(_zeros)
def zeros() -> NDArray[np.float32]:
    """Return zeros."""
    return np.zeros(LANES, np.float32)


@in_kernels(_add)
def add(lanes: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sums."""
    return lanes + other


@in_kernels(_scaled)
def scaled(lanes: NDArray[np.float32], by: np.float32) -> NDArray[np.float32]:
    """Return the products with a number, rounded."""
    return lanes * by


@in_kernels(_scaled_plus)
def scaled_plus(lanes: NDArray[np.float32], by: np.float32, other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``lanes * by + other``, rounded once where the processor can."""
    return lanes * by + other


@in_kernels(_scaled_minus)
def scaled_minus(lanes: NDArray[np.float32], by: np.float32, other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``lanes * by - other``, rounded once where the processor can."""
    return lanes * by - other


@in_kernels(_plus_product)
def plus_product(
    lanes: NDArray[np.float32], one: NDArray[np.float32], other: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return ``lanes + one * other``, rounded once where the processor can."""
    return lanes + one * other


@in_kernels(_at_least)
def at_least(lanes: NDArray[np.float32], limit: np.float32) -> np.uint64:
    """Return a number in which bit k is set where value k is not below a limit."""
    return np.uint64(sum(1 << k for k in range(LANES) if lanes[k] >= limit))


@in_kernels(_lowest_bit)
def lowest_bit(bits: np.uint64) -> np.uint64:
    """Return which is the lowest bit that is set; there is one."""
    return np.uint64((int(bits) & -int(bits)).bit_length() - 1)


@in_kernels(_total)
def total(lanes: NDArray[np.float32]) -> np.float32:
    """Return the sum, of one half and the other lane by lane, then of the halves of that, and so on."""
    n = LANES
    while n > 1:
        n //= 2
        lanes = lanes[:n] + lanes[n : 2 * n]
    return np.float32(lanes[0])
