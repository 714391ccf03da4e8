"""The processors that the kernels are built for: that of SpiNNaker, and that of SpiNNaker2."""

from __future__ import annotations

import dataclasses

__all__ = ["ARM968", "CORTEX_M4F", "CORTEX_M4F_FLOAT", "PROCESSORS", "Processor"]


@dataclasses.dataclass(frozen=True)
class Processor:
    """A processor: how the compiler makes code for it, and which of Unicorn's runs that.

    Parameters
    ----------
    name : str
    flags : tuple of str
        Of the compiler.
    model : str
        Unicorn's name.
    thumb : bool
        Whether its instructions are those of Thumb-2, of two or four bytes; else each has four.
    megahertz : tuple of int
        Clocks at which it runs.
    float32 : bool
        Whether its floating-point unit is used, by the kernels in float32.
    """

    name: str
    flags: tuple[str, ...]
    model: str
    thumb: bool
    megahertz: tuple[int, ...]
    float32: bool = False


# Unicorn has no ARM968; the ARM926 has the same instructions (ARMv5TE).
ARM968 = Processor("ARM968E-S", ("-mcpu=arm968e-s", "-marm"), "UC_CPU_ARM_926", False, (200,))
CORTEX_M4F = Processor("Cortex-M4F", ("-mcpu=cortex-m4", "-mthumb"), "UC_CPU_ARM_CORTEX_M4", True, (150, 300))
CORTEX_M4F_FLOAT = dataclasses.replace(
    CORTEX_M4F,
    name="Cortex-M4F in float32",
    flags=(*CORTEX_M4F.flags, "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    float32=True,
)

PROCESSORS = {"core": ARM968, "core of SpiNNaker2": CORTEX_M4F}
