"""Where things are: the memory map of a SpiNNaker chip (datasheet, section 3) and of the system RAM (SARK)."""

from __future__ import annotations

ITCM_BASE, ITCM_SIZE = 0x0000_0000, 32 * 1024
DTCM_BASE, DTCM_SIZE = 0x0040_0000, 64 * 1024

# What is shared by the cores of a chip is seen twice: once with buffered, once with unbuffered writes.
SDRAM_BASES, SDRAM_SIZE = (0x6000_0000, 0x7000_0000), 128 * 1024 * 1024
SYSRAM_BASES, SYSRAM_SIZE = (0xE500_0000, 0xF500_0000), 32 * 1024

COMMUNICATIONS_BASES = (0x1000_0000, 0x2000_0000)
TIMER_BASES = (0x1100_0000, 0x2100_0000)
# The third one lets a single load from the exception vector reach the vector address register.
VIC_BASES = (0x1F00_0000, 0x2F00_0000, 0xFFFF_F000)
DMA_BASES = (0x3000_0000, 0x4000_0000)
ROUTER_BASES = (0xE100_0000, 0xF100_0000)
SYSTEM_CONTROLLER_BASES = (0xE200_0000, 0xF200_0000)
DEVICE_SIZE = 0x1000
ROUTER_SIZE = 0x20000

# SysRAM from its base: 256 bytes for booting, the users' heap, a block per core, spare room, system variables.
SYSRAM_HEAP = SYSRAM_BASES[0] + 0x100
VCPU_BASE, VCPU_SIZE = SYSRAM_BASES[0] + 0x7000, 128
SYSTEM_VARIABLES = SYSRAM_BASES[0] + 0x7F00

CYCLES_PER_MICROSECOND = 200
"""Virtual time is counted in cycles of the cores' clock, 200 MHz."""
