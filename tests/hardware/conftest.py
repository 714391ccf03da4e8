"""Programs of a few instructions for emulated cores."""

from __future__ import annotations

import shutil
import struct
import subprocess

import pytest

MACROS = """
        .syntax unified
        .arm
        .macro  sleep                   @ wait for an interrupt
        mcr     p15, 0, r0, c7, c0, 4
        .endm
        .macro  block register          @ this core's 128 bytes in SysRAM, by its number in the DMA's status
        ldr     \\register, =0x40000014
        ldr     \\register, [\\register]
        lsr     \\register, \\register, #24
        lsl     \\register, \\register, #7
        add     \\register, \\register, #0xe5000000
        add     \\register, \\register, #0x7000
        .endm
"""
VECTORS = """
        b       reset
        b       undefined
        b       supervisor
        b       prefetch
        b       data
        b       .
        ldr     pc, [pc, #-0xff0]       @ the interrupt controller's vector
        b       .
undefined:  mov r11, #2
        b       die
supervisor: mov r11, #3
        b       die
prefetch:   mov r11, #4
        b       die
data:   mov     r11, #5
die:    block   r1                      @ as SARK does: link, error and state, then sleep for good
        str     lr, [r1, #40]
        strb    r11, [r1, #44]
        mov     r2, #2
        strb    r2, [r1, #46]
1:      sleep
        b       1b
        .ltorg
"""


@pytest.fixture(scope="session")
def assemble(tmp_path_factory):
    """A function from ARM assembly, which starts at ``reset``, to the binary of a program, with vectors or without."""
    folder = tmp_path_factory.mktemp("programs")
    if shutil.which("arm-none-eabi-as") is None:
        pytest.skip("arm-none-eabi-as is not installed")

    def assemble(text, vectors=True):
        source, object_, code = (folder / f"program.{ending}" for ending in ("s", "o", "bin"))
        source.write_text(MACROS + (VECTORS if vectors else "") + text + "\n")
        subprocess.run(["arm-none-eabi-as", "-mcpu=arm968e-s", "-o", object_, source], check=True)
        subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", object_, code], check=True)
        image = code.read_bytes()
        return struct.pack("<8I", 2, 0, 32, len(image), 4, 0, 0, 0) + image

    return assemble
