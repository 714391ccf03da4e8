"""Reading what a linker made: segments to load and addresses of functions of a 32-bit little-endian ELF file."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Image", "read_image"]


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
    with path.open("rb") as stream:
        begin = stream.read(6)
        if begin != b"\x7fELF\x01\x01":
            raise ValueError(f"{path} is no 32-bit little-endian ELF file: it begins with {begin.hex()}.")
        try:
            file = ELFFile(stream)
            segments = ((part["p_vaddr"], part["p_memsz"], part.data()) for part in file.iter_segments("PT_LOAD"))
            loaded = tuple((address, content.ljust(size, b"\0")) for address, size, content in segments if size)
            tables = (part for part in file.iter_sections() if isinstance(part, SymbolTableSection))
            symbols = [symbol for table in tables for symbol in table.iter_symbols()]
        except ELFError as error:
            raise ValueError(f"{path} is a damaged ELF file: {error}.") from None
    functions = [symbol for symbol in symbols if symbol["st_info"]["type"] == "STT_FUNC"]
    return Image(loaded, {symbol.name: (symbol["st_value"], symbol["st_size"]) for symbol in functions})
