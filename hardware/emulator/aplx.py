"""APLX, the format of SpiNNaker binaries: a table of 16-byte operations that lay out a core's memories and start it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pynn_sfdfa.hardware.emulator.address_map import DTCM_BASE, DTCM_SIZE, ITCM_BASE, ITCM_SIZE
from pynn_sfdfa.hardware.emulator.faults import BadBinary

_OPERATION = struct.Struct("<IIII")
_COPY_ABSOLUTE, _COPY_RELATIVE, _FILL, _EXECUTE = 1, 2, 3, 4


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
    for offset in range(0, len(aplx) - _OPERATION.size + 1, _OPERATION.size):
        operation, first, second, third = _OPERATION.unpack_from(aplx, offset)
        if operation == _EXECUTE:
            return Image(tuple(segments), entry=first)
        if operation == _COPY_RELATIVE:
            data = aplx[offset + second : offset + second + third]
            if len(data) < third:
                raise BadBinary(f"the binary is cut short: {third} bytes for {first:#010x}, {len(data)} in the file")
            segments.append(_fitting(first, data))
        elif operation == _FILL:
            segments.append(_fitting(first, third.to_bytes(4, "little") * (-(-second // 4))))
        else:
            raise BadBinary(
                f"operation {operation} at byte {offset} is none of an application's (2, 3 and 4): is it an APLX file?"
            )
    raise BadBinary("the binary ends before it says where to start: is it an APLX file?")


def _fitting(address: int, data: bytes) -> Segment:
    for name, base, size in (("ITCM", ITCM_BASE, ITCM_SIZE), ("DTCM", DTCM_BASE, DTCM_SIZE)):
        if base <= address < base + size:
            if address + len(data) > base + size:
                raise BadBinary(
                    f"{name} overflows: {len(data)} bytes at {address:#010x} end "
                    f"{address + len(data) - base - size} bytes beyond its {size}"
                )
            return Segment(address, data)
    raise BadBinary(f"{len(data)} bytes are meant for {address:#010x}, which is neither in ITCM nor in DTCM")
