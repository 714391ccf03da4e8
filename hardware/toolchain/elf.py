"""Reading what a linker made: segments to load and addresses of functions of a 32-bit little-endian ELF file."""

from __future__ import annotations

import dataclasses
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Image", "read_image"]

# Layouts from the Tool Interface Standard's ELF specification, version 1.2.
_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<IIIIIIII")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_MAGIC = b"\x7fELF\x01\x01"
_LOAD, _SYMBOLS = 1, 2
_FUNCTION = 2


@dataclasses.dataclass(frozen=True)
class Image:
    """A program as it lies in memory.

    Parameters
    ----------
    segments : tuple of (address, content)
        With zeros where the file holds none.
    functions : dict of str to (address, size in bytes)
    """

    segments: tuple[tuple[int, bytes], ...]
    functions: dict[str, tuple[int, int]]


def read_image(path: Path) -> Image:
    """Read a linked ELF file.

    Raises
    ------
    ValueError
        If the file is no 32-bit little-endian ELF file.
    """
    content = path.read_bytes()
    if content[: len(_MAGIC)] != _MAGIC:
        raise ValueError(f"{path} is no 32-bit little-endian ELF file: it begins with {content[:6].hex()}.")
    _, _, _, _, _, segments, sections, _, _, _, n_segments, _, n_sections, _ = _HEADER.unpack_from(content)
    loaded = []
    for index in range(n_segments):
        kind, offset, address, _, held, size, _, _ = _SEGMENT.unpack_from(content, segments + index * _SEGMENT.size)
        if kind == _LOAD and size:
            loaded.append((address, content[offset : offset + held].ljust(size, b"\0")))
    tables = [_SECTION.unpack_from(content, sections + index * _SECTION.size) for index in range(n_sections)]
    functions = {}
    for _, kind, _, _, offset, size, link, _, _, _ in tables:
        if kind == _SYMBOLS:
            names = tables[link][4]
            for name, address, length, info, _, _ in _SYMBOL.iter_unpack(content[offset : offset + size]):
                if info & 15 == _FUNCTION:
                    text = content[names + name : content.index(b"\0", names + name)].decode()
                    functions[text] = (address, length)
    return Image(tuple(loaded), functions)
