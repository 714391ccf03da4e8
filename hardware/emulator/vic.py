"""Vectored interrupt controller of a core (datasheet, section 5; an ARM PL190).

Slot 0 comes before slot 15 before sources without a slot. A handler reads the vector address, which holds back
interrupts of its own and lower priority until it writes there.
"""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator.device import UNMODELLED
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESSES,
    CONTROLS,
    DEEPEST,
    DEFAULT_VECTOR,
    DEPTH,
    ENABLE,
    LEVELS,
    LINES,
    N_SLOTS,
    SELECT,
    SOFTWARE,
    SOURCES,
    Words,
)
from pynn_sfdfa.support.jit import jit

# Sources that something here raises.
TIMER_1, TIMER_2 = 4, 5
PACKET_RECEIVED, TRANSMIT_EMPTY = 6, 11
DMA_DONE, DMA_ERROR = 12, 13
CPU = 18
TRANSMIT_NOT_FULL = 23
MULTICAST_RECEIVED, FIXED_ROUTE_RECEIVED = 24, 27

IRQ, FIQ = 1, 2
"""The two lines to the processor, as bits."""

NAME = "interrupt controller"
_IRQ_STATUS, _FIQ_STATUS, _RAW, _SELECT, _ENABLE, _DISABLE = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
_SOFTWARE_SET, _SOFTWARE_CLEAR, _PROTECT, _VECTOR, _DEFAULT_VECTOR = 0x18, 0x1C, 0x20, 0x30, 0x34
_ADDRESSES, _CONTROLS = 0x100, 0x200
_AS_WRITTEN = (_SELECT, SELECT), (_ENABLE, ENABLE), (_SOFTWARE_SET, SOFTWARE), (_DEFAULT_VECTOR, DEFAULT_VECTOR)
"""Registers that are read as they stand, and where."""
_SLOT_ENABLED, _SLOT_SOURCE = 0x20, 0x1F
_LOWEST, _IDLE = 16, 17


@jit
def _first(core: Words, requests: int) -> int:
    """Return the slot of the first request, 16 for one without a slot or for none."""
    for slot in range(N_SLOTS):
        control = core[CONTROLS + slot]
        if control & _SLOT_ENABLED and requests >> (control & _SLOT_SOURCE) & 1:
            return slot
    return _LOWEST


@jit
def _update(core: Words) -> None:
    active = (core[SOURCES] | core[SOFTWARE]) & core[ENABLE]
    lines = FIQ if active & core[SELECT] else 0
    requests = active & ~core[SELECT]
    if requests and _first(core, requests) < core[LEVELS + core[DEPTH]]:
        lines |= IRQ
    core[LINES] = lines


@jit
def reset(core: Words) -> None:
    """Let nothing be under way."""
    core[LEVELS] = _IDLE
    core[SOURCES] = 1 << TRANSMIT_EMPTY | 1 << TRANSMIT_NOT_FULL


@jit
def set_sources(core: Words, which: int, on: int) -> None:
    """Set those of some sources that are on, and clear the others; both as bits."""
    sources = core[SOURCES] & ~which | on
    if sources != core[SOURCES]:
        core[SOURCES] = sources
        _update(core)


@jit
def raise_(core: Words, source: int, on: bool) -> None:
    """Set or clear a source."""
    set_sources(core, 1 << source, 1 << source if on else 0)


@jit
def _start_handling(core: Words) -> int:
    """Return the address of the first request's handler; there is an end to handlers within handlers."""
    if core[DEPTH] == DEEPEST:
        return UNMODELLED
    slot = _first(core, (core[SOURCES] | core[SOFTWARE]) & core[ENABLE] & ~core[SELECT])
    core[DEPTH] += 1
    core[LEVELS + core[DEPTH]] = slot
    _update(core)
    return int(core[ADDRESSES + slot] if slot < N_SLOTS else core[DEFAULT_VECTOR])


@jit
def read(core: Words, offset: int) -> int:
    """Return a register; reading the vector address starts the handling of the first interrupt."""
    if offset == _VECTOR:
        return int(_start_handling(core))
    active = (core[SOURCES] | core[SOFTWARE]) & core[ENABLE]
    found = UNMODELLED
    if _ADDRESSES <= offset < _ADDRESSES + 4 * N_SLOTS:
        found = core[ADDRESSES + (offset - _ADDRESSES) // 4]
    elif _CONTROLS <= offset < _CONTROLS + 4 * N_SLOTS:
        found = core[CONTROLS + (offset - _CONTROLS) // 4]
    elif offset == _IRQ_STATUS:
        found = active & ~core[SELECT]
    elif offset == _FIQ_STATUS:
        found = active & core[SELECT]
    elif offset == _RAW:
        found = core[SOURCES] | core[SOFTWARE]
    else:
        for register, word in _AS_WRITTEN:
            if offset == register:
                found = core[word]
    return int(found)


@jit
def write(core: Words, offset: int, value: int) -> bool:
    """Write a register; writing the vector address ends the handling of an interrupt."""
    if offset == _VECTOR:
        core[DEPTH] = max(0, core[DEPTH] - 1)
    elif offset == _ENABLE:
        core[ENABLE] |= value
    elif offset == _DISABLE:
        core[ENABLE] &= ~value
    elif offset == _SOFTWARE_SET:
        core[SOFTWARE] |= value
    elif offset == _SOFTWARE_CLEAR:
        core[SOFTWARE] &= ~value
    elif offset == _SELECT:
        core[SELECT] = value
    elif offset == _DEFAULT_VECTOR:
        core[DEFAULT_VECTOR] = value
    elif _ADDRESSES <= offset < _ADDRESSES + 4 * N_SLOTS:
        core[ADDRESSES + (offset - _ADDRESSES) // 4] = value
    elif _CONTROLS <= offset < _CONTROLS + 4 * N_SLOTS:
        core[CONTROLS + (offset - _CONTROLS) // 4] = value
    elif offset != _PROTECT:  # all that runs here is privileged
        return False
    _update(core)
    return True
