"""The memories that the cores of a chip share: 128 MB of SDRAM and 32 KB of system RAM."""

from __future__ import annotations

import ctypes
import mmap
import struct

from pynn_sfdfa.hardware.emulator.address_map import SDRAM_BASES, SDRAM_SIZE, SYSRAM_BASES, SYSRAM_SIZE
from pynn_sfdfa.hardware.emulator.faults import BadAddress

_WORD, _HALF = struct.Struct("<I"), struct.Struct("<H")
# A page takes room when it is first written; Linux need not have room for all pages of all chips.
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)


class Memory:
    """A block of memory at a fixed host address, so that several cores can have it mapped."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.bytes = mmap.mmap(-1, size, flags=_FLAGS)
        self.host_address = ctypes.addressof(ctypes.c_char.from_buffer(self.bytes))

    def clear(self) -> None:
        """Have zeros everywhere."""
        self.bytes[:] = bytes(self.size)


class SharedMemory:
    """SDRAM and SysRAM of one chip, by address."""

    def __init__(self) -> None:
        self.sdram = Memory(SDRAM_SIZE)
        self.sysram = Memory(SYSRAM_SIZE)

    def locate(self, address: int, n: int) -> tuple[mmap.mmap, int]:
        """Return the memory and the offset in it of a range.

        Raises
        ------
        BadAddress
            The range is not, or not as a whole, in one of the memories.
        """
        for bases, memory in ((SDRAM_BASES, self.sdram), (SYSRAM_BASES, self.sysram)):
            for base in bases:
                if base <= address < base + memory.size:
                    if address + n > base + memory.size:
                        raise BadAddress(
                            f"{n} bytes at {address:#010x} reach beyond the memory's end, {base + memory.size:#010x}"
                        )
                    return memory.bytes, address - base
        raise BadAddress(
            f"{address:#010x} is neither in SDRAM ({SDRAM_BASES[0]:#010x} to {SDRAM_BASES[0] + SDRAM_SIZE:#010x}) "
            f"nor in SysRAM ({SYSRAM_BASES[0]:#010x} to {SYSRAM_BASES[0] + SYSRAM_SIZE:#010x})"
        )

    def read(self, address: int, n: int) -> bytes:
        """Return ``n`` bytes."""
        memory, offset = self.locate(address, n)
        return memory[offset : offset + n]

    def write(self, address: int, data: bytes) -> None:
        """Write bytes."""
        memory, offset = self.locate(address, len(data))
        memory[offset : offset + len(data)] = data

    def word(self, address: int) -> int:
        """Return 32 bits."""
        memory, offset = self.locate(address, 4)
        value: int = _WORD.unpack_from(memory, offset)[0]
        return value

    def set_word(self, address: int, value: int) -> None:
        """Write 32 bits."""
        memory, offset = self.locate(address, 4)
        _WORD.pack_into(memory, offset, value & 0xFFFF_FFFF)

    def half(self, address: int) -> int:
        """Return 16 bits."""
        memory, offset = self.locate(address, 2)
        value: int = _HALF.unpack_from(memory, offset)[0]
        return value

    def set_half(self, address: int, value: int) -> None:
        """Write 16 bits."""
        memory, offset = self.locate(address, 2)
        _HALF.pack_into(memory, offset, value)

    def byte(self, address: int) -> int:
        """Return 8 bits."""
        memory, offset = self.locate(address, 1)
        return memory[offset]

    def set_byte(self, address: int, value: int) -> None:
        """Write 8 bits."""
        memory, offset = self.locate(address, 1)
        memory[offset] = value
