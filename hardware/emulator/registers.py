"""The registers of a core's devices as Unicorn sees them: compiled, with Python for what is refused."""

from __future__ import annotations

import ctypes
import functools
import weakref
from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numpy as np
import unicorn
from numba import carray, types
from unicorn import Uc
from unicorn.unicorn_py3.unicorn import MMIO_READ_CFUNC, MMIO_WRITE_CFUNC, uclib

from pynn_sfdfa.hardware.emulator import communications, dma, timer, vic
from pynn_sfdfa.hardware.emulator.address_map import (
    COMMUNICATIONS_BASES,
    DEVICE_SIZE,
    DMA_BASES,
    TIMER_BASES,
    VIC_BASES,
)
from pynn_sfdfa.hardware.emulator.device import Device, unmodelled
from pynn_sfdfa.hardware.emulator.words import ADDRESS, CORE_WORDS, Words
from pynn_sfdfa.support.jit import callback

__all__ = ["map_core_devices", "map_device"]

Refused = Callable[[BaseException], None]

_COMMUNICATIONS, _TIMER, _VIC = range(3)  # places in what follows; the rest is the DMA controller's
_DEVICES = (
    (communications, COMMUNICATIONS_BASES),
    (timer, TIMER_BASES),
    (vic, VIC_BASES),
    (dma, DMA_BASES),
)
_refused: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
"""Processors by the address of their cores' words."""
_SYMBOL = "pynn_sfdfa_emulator_refuse"


@ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
def _refuse(core: int, device: int, offset: int, writes: int) -> None:
    name = _DEVICES[device][0].NAME
    _refused[core].fail(unmodelled(name, "write" if writes else "read", offset))


llvmlite.binding.add_symbol(_SYMBOL, ctypes.cast(_refuse, ctypes.c_void_p).value)
_refuse_from_compiled = types.ExternalFunction(_SYMBOL, types.void(types.int64, types.int64, types.int64, types.int64))


def _compiled(index: int) -> tuple[Any, Any]:
    """Return what Unicorn calls for a device's registers, of which the compiler keeps the part for this device."""

    @callback(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
    def read(_uc: object, offset: int, _size: int, user_data: object) -> int:
        core, register = carray(user_data, CORE_WORDS, dtype=np.int64), np.int64(offset)
        if index == _COMMUNICATIONS:
            value = communications.read(core, register)
        elif index == _TIMER:
            value = timer.read(core, register)
        elif index == _VIC:
            value = vic.read(core, register)
        else:
            value = dma.read(core, register)
        if value < 0:
            _refuse_from_compiled(core[ADDRESS], index, register, 0)
            return 0
        return int(value)

    @callback(types.void(types.voidptr, types.uint64, types.uint32, types.uint64, types.voidptr))
    def write(_uc: object, offset: int, _size: int, value: int, user_data: object) -> None:
        core, register = carray(user_data, CORE_WORDS, dtype=np.int64), np.int64(offset)
        if index == _COMMUNICATIONS:
            written = communications.write(core, register, np.int64(value))
        elif index == _TIMER:
            written = timer.write(core, register, np.int64(value))
        elif index == _VIC:
            written = vic.write(core, register, np.int64(value))
        else:
            written = dma.write(core, register, np.int64(value))
        if not written:
            _refuse_from_compiled(core[ADDRESS], index, register, 1)

    return read, write


@functools.cache
def _callbacks() -> list[tuple[Any, Any]]:
    return [_compiled(index) for index in range(len(_DEVICES))]


def map_core_devices(processor: Any, uc: Uc, core: Words) -> None:
    """Let a processor see the registers of its core's devices; ``processor.fail`` is given what is refused."""
    _refused[int(core[ADDRESS])] = processor
    for (_, bases), (read, write) in zip(_DEVICES, _callbacks(), strict=True):
        for base in bases:
            _map(uc, base, DEVICE_SIZE, read.address, write.address, int(core[ADDRESS]))


def map_device(uc: Uc, bases: tuple[int, ...], size: int, device: Device, fail: Refused) -> Any:
    """Let a processor see a device in Python at some addresses; return what must live as long as the processor."""

    def read(_uc: int, offset: int, _size: int, _data: int) -> int:
        try:
            return device.read(offset)
        except BaseException as error:
            fail(error)
            return 0

    def write(_uc: int, offset: int, _size: int, value: int, _data: int) -> None:
        try:
            device.write(offset, value)
        except BaseException as error:
            fail(error)

    callbacks = MMIO_READ_CFUNC(read), MMIO_WRITE_CFUNC(write)
    to_read, to_write = (ctypes.cast(callback, ctypes.c_void_p).value or 0 for callback in callbacks)
    for base in bases:
        _map(uc, base, size, to_read, to_write, 0)
    return callbacks


def _map(uc: Uc, base: int, size: int, read: int, write: int, user_data: int) -> None:
    status = uclib.uc_mmio_map(
        uc._uch,
        ctypes.c_uint64(base),
        ctypes.c_size_t(size),
        ctypes.cast(read, MMIO_READ_CFUNC),
        ctypes.c_void_p(user_data),
        ctypes.cast(write, MMIO_WRITE_CFUNC),
        ctypes.c_void_p(user_data),
    )
    if status:
        raise unicorn.UcError(status)
