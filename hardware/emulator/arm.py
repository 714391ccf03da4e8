"""What some ARM instructions do, as the architecture defines it: conditions, operands and results with their flags.

Registers are numbers from 0 to 2^32 - 1; the status has N, Z, C and V in bits 31 to 28.
"""

from __future__ import annotations

from pynn_sfdfa.support.jit import jit

__all__ = ["ALWAYS", "compare", "holds", "operand", "result_and_status"]

ALWAYS = 14
"""The condition that always holds."""
_MASK = 0xFFFF_FFFF
_SUB, _RSB, _ADD, _CMP, _CMN = 2, 3, 4, 10, 11
_AND, _EOR, _TST, _TEQ, _ORR, _MOV, _BIC = 0, 1, 8, 9, 12, 13, 14


@jit
def holds(condition: int, status: int) -> bool:
    """Return whether a condition, 0 to 14, holds."""
    n, z, c, v = status >> 31 & 1, status >> 30 & 1, status >> 29 & 1, status >> 28 & 1
    kind = condition >> 1
    if kind == 0:
        found = z == 1
    elif kind == 1:
        found = c == 1
    elif kind == 2:
        found = n == 1
    elif kind == 3:
        found = v == 1
    elif kind == 4:
        found = c == 1 and z == 0
    elif kind == 5:
        found = n == v
    elif kind == 6:
        found = n == v and z == 0
    else:
        return True
    return found != (condition & 1 == 1)


@jit
def _flags(value: int, carry: int, overflow: int) -> int:
    zero = 1 if value == 0 else 0
    return int((value >> 31 & 1) << 31 | zero << 30 | carry << 29 | overflow << 28)


@jit
def compare(a: int, b: int) -> int:
    """Return the four flags of a - b."""
    value = (a - b) & _MASK
    return int(_flags(value, 1 if a >= b else 0, ((a ^ b) & (a ^ value)) >> 31 & 1))


@jit
def _flags_of_sum(a: int, b: int) -> int:
    value = (a + b) & _MASK
    return int(_flags(value, (a + b) >> 32 & 1, (~(a ^ b) & (a ^ value)) >> 31 & 1))


@jit
def operand(code: int, register: int, carry: int) -> tuple[int, int]:
    """Return the second operand of an instruction and the carry of its shift; there must be no rotation with carry.

    It is a rotated constant if bit 25 is set, else a register's value, shifted by a constant.
    """
    if code >> 25 & 1:
        turn = (code >> 8 & 15) * 2
        value = ((code & 0xFF) >> turn | (code & 0xFF) << (32 - turn)) & _MASK
        return value, value >> 31 & 1 if turn else carry
    kind, by = code >> 5 & 3, code >> 7 & 31
    if kind == 0:
        return (register << by & _MASK, register >> (32 - by) & 1) if by else (register, carry)
    if kind == 3:
        value = (register >> by | register << (32 - by)) & _MASK
        return value, value >> 31 & 1
    by = by or 32
    signed = register - (register >> 31 << 32) if kind == 2 else register
    return signed >> by & _MASK, signed >> (by - 1) & 1


@jit
def result_and_status(operation: int, a: int, b: int, carry: int, status: int) -> tuple[int, int]:
    """Return what an operation without carry makes of two operands, and the status if it sets flags."""
    if operation in (_SUB, _CMP):
        value, flags = a - b, compare(a, b)
    elif operation == _RSB:
        value, flags = b - a, compare(b, a)
    elif operation in (_ADD, _CMN):
        value, flags = a + b, _flags_of_sum(a, b)
    else:
        if operation in (_AND, _TST):
            value = a & b
        elif operation in (_EOR, _TEQ):
            value = a ^ b
        elif operation == _ORR:
            value = a | b
        elif operation == _MOV:
            value = b
        elif operation == _BIC:
            value = a & ~b
        else:
            value = ~b
        flags = _flags(value & _MASK, carry, status >> 28 & 1)
    return value & _MASK, status & 0xFFF_FFFF | flags
