"""Vectored interrupt controller of a core (datasheet, section 5; an ARM PL190)."""

from __future__ import annotations

from collections.abc import Callable

from pynn_sfdfa.hardware.emulator.device import unmodelled

# Sources that something here raises.
TIMER_1, TIMER_2 = 4, 5
PACKET_RECEIVED, TRANSMIT_EMPTY = 6, 11
DMA_DONE, DMA_ERROR = 12, 13
CPU = 18
TRANSMIT_NOT_FULL = 23
MULTICAST_RECEIVED, FIXED_ROUTE_RECEIVED = 24, 27

IRQ, FIQ = 1, 2
"""The two lines to the processor, as bits."""

_IRQ_STATUS, _FIQ_STATUS, _RAW, _SELECT, _ENABLE, _DISABLE = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
_SOFTWARE_SET, _SOFTWARE_CLEAR, _PROTECT, _VECTOR, _DEFAULT_VECTOR = 0x18, 0x1C, 0x20, 0x30, 0x34
_ADDRESSES, _CONTROLS, _SLOTS = 0x100, 0x200, 16
_SLOT_ENABLED, _SLOT_SOURCE = 0x20, 0x1F
_LOWEST, _IDLE = 16, 17


class VIC:
    """Which interrupt comes first: slot 0 before slot 15 before those without a slot.

    A handler reads the vector address, which holds back interrupts of its own and lower priority until it writes there.
    """

    def __init__(self, set_lines: Callable[[int], None]) -> None:
        self._set_lines = set_lines
        self._sources = 0
        self._select = self._enable = self._software = 0
        self._default = 0
        self._addresses, self._controls = [0] * _SLOTS, [0] * _SLOTS
        self._order: list[tuple[int, int]] = []
        self._levels = [_IDLE]
        self._lines = 0

    @property
    def enabled(self) -> int:
        """Which sources may interrupt."""
        return self._enable

    def raise_(self, source: int, on: bool) -> None:
        """Set or clear a source."""
        self.set_sources(1 << source, on << source)

    def set_sources(self, which: int, on: int) -> None:
        """Set those of some sources that are on, and clear the others; both as bits."""
        sources = self._sources & ~which | on
        if sources != self._sources:
            self._sources = sources
            self._update()

    def read(self, offset: int) -> int:
        """Return a register; reading the vector address starts the handling of the first interrupt."""
        if offset == _VECTOR:
            return self._start_handling()
        if _ADDRESSES <= offset < _ADDRESSES + 4 * _SLOTS:
            return self._addresses[(offset - _ADDRESSES) // 4]
        if _CONTROLS <= offset < _CONTROLS + 4 * _SLOTS:
            return self._controls[(offset - _CONTROLS) // 4]
        active = (self._sources | self._software) & self._enable
        registers = {
            _IRQ_STATUS: active & ~self._select,
            _FIQ_STATUS: active & self._select,
            _RAW: self._sources | self._software,
            _SELECT: self._select,
            _ENABLE: self._enable,
            _SOFTWARE_SET: self._software,
            _DEFAULT_VECTOR: self._default,
        }
        if offset not in registers:
            raise unmodelled("interrupt controller", "read", offset)
        return registers[offset]

    def write(self, offset: int, value: int) -> None:
        """Write a register; writing the vector address ends the handling of an interrupt."""
        if offset == _VECTOR:
            if len(self._levels) > 1:
                self._levels.pop()
        elif offset == _ENABLE:
            self._enable |= value
        elif offset == _DISABLE:
            self._enable &= ~value
        elif offset == _SOFTWARE_SET:
            self._software |= value
        elif offset == _SOFTWARE_CLEAR:
            self._software &= ~value
        elif offset == _SELECT:
            self._select = value
        elif offset == _DEFAULT_VECTOR:
            self._default = value
        elif _ADDRESSES <= offset < _ADDRESSES + 4 * _SLOTS:
            self._addresses[(offset - _ADDRESSES) // 4] = value
        elif _CONTROLS <= offset < _CONTROLS + 4 * _SLOTS:
            self._controls[(offset - _CONTROLS) // 4] = value
            self._order = [(1 << (c & _SLOT_SOURCE), i) for i, c in enumerate(self._controls) if c & _SLOT_ENABLED]
        elif offset != _PROTECT:  # all that runs here is privileged
            raise unmodelled("interrupt controller", "write", offset)
        self._update()

    def _start_handling(self) -> int:
        slot = self._first((self._sources | self._software) & self._enable & ~self._select)
        self._levels.append(slot)
        self._update()
        return self._addresses[slot] if slot < _SLOTS else self._default

    def _first(self, requests: int) -> int:
        """Return the slot of the first request, 16 for one without a slot or for none."""
        for source, slot in self._order:
            if requests & source:
                return slot
        return _LOWEST

    def _update(self) -> None:
        active = (self._sources | self._software) & self._enable
        requests = active & ~self._select
        irq = requests and self._first(requests) < self._levels[-1]
        lines = (FIQ if active & self._select else 0) | (IRQ if irq else 0)
        if lines != self._lines:
            self._lines = lines
            self._set_lines(lines)
