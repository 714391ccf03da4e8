"""Calling the kernels compiled for a core of SpiNNaker or SpiNNaker2, in Unicorn's processor of its kind, and counting.

Code lies in ITCM and constants and stack in DTCM, where they would lie on the chip. The arrays of a call are laid out
in SDRAM, which holds more; the place of an array changes no result and no count of instructions. Counts say nothing
of waiting for memory, multiplications of several cycles or refilled pipelines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import unicorn
from toolchain.build import build_for_core
from toolchain.elf import read_image
from toolchain.processors import ARM968, Processor
from unicorn import arm_const

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["CoreFault", "CoreKernels"]

_ITCM, _ITCM_SIZE = 0, 0x8000
_DTCM, _DTCM_SIZE = 0x400000, 0x10000
_SDRAM, _SDRAM_SIZE = 0x60000000, 0x1000000
_STOP = _ITCM + _ITCM_SIZE - 4
"""Where functions return to: the emulation ends before the word there is executed."""

_REGISTERS = (arm_const.UC_ARM_REG_R0, arm_const.UC_ARM_REG_R1, arm_const.UC_ARM_REG_R2, arm_const.UC_ARM_REG_R3)
_INSTRUCTION_BYTES = 4


class CoreFault(RuntimeError):
    """The code left its memory or met an instruction that the core does not know."""


class CoreKernels:
    """The kernels on an emulated core.

    Parameters
    ----------
    image : Path, optional
        An ELF file; built from the package's sources if not given.
    count : bool
        Count instructions, which is slower.
    processor : Processor
        For which the image was built.

    Raises
    ------
    MissingCompilerError, CompilationError

    Attributes
    ----------
    instructions : int
        Executed by the last call; 0 if they are not counted. A conditional instruction counts whether its condition
        holds or not: it takes its cycle either way.
    code_bytes, constant_bytes : int
        What the kernels take of ITCM and DTCM, without the stack.
    """

    def __init__(self, image: Path | None = None, count: bool = False, processor: Processor = ARM968):
        program = read_image(build_for_core(processor=processor) if image is None else image)
        self._functions = program.functions
        mode = unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS if processor.thumb else unicorn.UC_MODE_ARM
        self._machine = machine = unicorn.Uc(unicorn.UC_ARCH_ARM, mode)
        machine.ctl_set_cpu_model(getattr(arm_const, processor.model))
        self._thumb = int(processor.thumb)  # bit 0 of the address of a function
        self._lengths: dict[tuple[int, int], int] = {}  # instructions of the blocks of Thumb code that have run
        for address, size in ((_ITCM, _ITCM_SIZE), (_DTCM, _DTCM_SIZE), (_SDRAM, _SDRAM_SIZE)):
            machine.mem_map(address, size)
        for address, content in program.segments:
            machine.mem_write(address, content)
        self.code_bytes = sum(len(content) for address, content in program.segments if address < _DTCM)
        self.constant_bytes = sum(len(content) for address, content in program.segments if address >= _DTCM)
        self.instructions = 0
        if count:
            machine.hook_add(unicorn.UC_HOOK_BLOCK, self._count)

    def call(self, function: str, *arguments: int | NDArray[Any]) -> int:
        """Call a function whose arguments are 32-bit integers and pointers; return its int32 result.

        Parameters
        ----------
        function : str
        *arguments : int or contiguous array
            An array stands for a pointer to a copy of its data, which is read back after the call.

        Raises
        ------
        AttributeError
            If the image has no such function.
        ValueError
            If an array is not contiguous, or the arrays do not fit.
        CoreFault
        """
        if function not in self._functions:
            raise AttributeError(f"The image has no function {function!r}; it has {sorted(self._functions)}.")
        machine = self._machine
        words, placed = self._place(arguments)
        stack = _DTCM + _DTCM_SIZE
        stacked = words[len(_REGISTERS) :]
        stack -= (4 * len(stacked) + 7) & ~7  # the stack is aligned to eight bytes at every call (AAPCS)
        machine.mem_write(stack, np.array(stacked, "<u4").tobytes())
        for register, word in zip(_REGISTERS, words, strict=False):
            machine.reg_write(register, word)
        machine.reg_write(arm_const.UC_ARM_REG_SP, stack)
        machine.reg_write(arm_const.UC_ARM_REG_LR, _STOP | self._thumb)
        self._run(function)
        for address, array in placed:
            np.copyto(array, np.frombuffer(machine.mem_read(address, array.nbytes), array.dtype).reshape(array.shape))
        return int(np.uint32(machine.reg_read(arm_const.UC_ARM_REG_R0)).astype(np.int32))

    def _place(self, arguments: tuple[int | NDArray[Any], ...]) -> tuple[list[int], list[tuple[int, NDArray[Any]]]]:
        """Copy arrays into the core's memory; return the words to pass and where each array lies."""
        words, placed, free = [], [], _SDRAM
        for value in arguments:
            if not isinstance(value, np.ndarray):
                words.append(value & 0xFFFFFFFF)
                continue
            if not value.flags.c_contiguous:
                raise ValueError(f"An array of shape {value.shape} and strides {value.strides} is not contiguous.")
            if free + value.nbytes > _SDRAM + _SDRAM_SIZE:
                raise ValueError(
                    f"The arrays of a call may take {_SDRAM_SIZE} bytes; an array of {value.nbytes} is too much."
                )
            self._machine.mem_write(free, value.tobytes())
            words.append(free)
            placed.append((free, value))
            # A gap of one word: a kernel that writes past an array does not meet the next one.
            free += (value.nbytes + 11) & ~7
        return words, placed

    def _run(self, function: str) -> None:
        machine = self._machine
        self.instructions = 0
        try:
            machine.emu_start(self._functions[function][0] | self._thumb, _STOP)
        except unicorn.UcError as error:
            counter = machine.reg_read(arm_const.UC_ARM_REG_PC)
            raise CoreFault(f"{function} stopped at {counter:#x}: {error}.") from error

    def _count(self, machine: Any, address: int, size: int, data: Any) -> None:
        if not self._thumb:
            self.instructions += size // _INSTRUCTION_BYTES
            return
        if (address, size) not in self._lengths:
            self._lengths[address, size] = _thumb_instructions(bytes(machine.mem_read(address, size)))
        self.instructions += self._lengths[address, size]


def _thumb_instructions(code: bytes) -> int:
    """Return how many instructions there are in a block of Thumb-2 code: four bytes after 11101, 11110, 11111."""
    position = found = 0
    while position < len(code):
        position += 4 if code[position + 1] >> 3 > 0b11100 else 2
        found += 1
    return found
