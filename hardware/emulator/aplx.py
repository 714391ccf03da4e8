"""APLX, the format of SpiNNaker binaries: a table of 16-byte operations that lay out a core's memories and start it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pynn_sfdfa.hardware.emulator.address_map import DTCM_BASE, DTCM_SIZE, ITCM_BASE, ITCM_SIZE
from pynn_sfdfa.hardware.emulator.faults import BadBinary

_OPERATION = struct.Struct("<IIII")
_COPY_ABSOLUTE, _COPY_RELATIVE, _FILL, _EXECUTE = 1, 2, 3, 4
_MEMORIES = (("ITCM", ITCM_BASE, ITCM_SIZE), ("DTCM", DTCM_BASE, DTCM_SIZE))
_MOST_WRITTEN = 4 * (ITCM_SIZE + DTCM_SIZE)


@dataclass(frozen=True)
class Segment:
    """Bytes and where they go."""

    address: int
    data: bytes


@dataclass(frozen=True)
class Image:
    """What a binary puts into a core's memories, and where it starts."""

    segments: tuple[Segment, ...]
    entry: int


def load(aplx: bytes) -> Image:
    """Read a binary.

    Raises
    ------
    BadBinary
        It is cut short, has operations that only a boot image has, or does not fit into ITCM and DTCM.
    """
    segments: list[Segment] = []
    written = 0
    for offset in range(0, len(aplx) - _OPERATION.size + 1, _OPERATION.size):
        operation, first, second, third = _OPERATION.unpack_from(aplx, offset)
        if operation == _EXECUTE:
            if not any(base <= first < base + size for _, base, size in _MEMORIES):
                raise BadBinary(f"it starts at {first:#010x}, which is neither in ITCM nor in DTCM")
            return Image(tuple(segments), entry=first)
        n = {_COPY_RELATIVE: third, _FILL: -(-second // 4) * 4}.get(operation)
        if n is None:
            raise BadBinary(
                f"operation {operation} at byte {offset} is none of an application's (2, 3 and 4): is it an APLX file?"
            )
        source = offset + second
        if operation == _COPY_RELATIVE and source + n > len(aplx):
            there = max(0, len(aplx) - source)
            raise BadBinary(f"the binary is cut short: {n} bytes for {first:#010x}, {there} in the file")
        _check_fits(first, n)
        written += n
        if written > _MOST_WRITTEN:
            raise BadBinary(f"its operations write {written} bytes and more, over each other: is it an APLX file?")
        data = aplx[source : source + n] if operation == _COPY_RELATIVE else third.to_bytes(4, "little") * (n // 4)
        segments.append(Segment(first, data))
    raise BadBinary("the binary ends before it says where to start: is it an APLX file?")


def _check_fits(address: int, n: int) -> None:
    for name, base, size in _MEMORIES:
        if base <= address < base + size:
            if address + n > base + size:
                raise BadBinary(
                    f"{name} overflows: {n} bytes at {address:#010x} end "
                    f"{address + n - base - size} bytes beyond its {size}"
                )
            return
    raise BadBinary(f"{n} bytes are meant for {address:#010x}, which is neither in ITCM nor in DTCM")
