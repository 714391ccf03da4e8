"""The application that runs on the cores: where it lies, and what to do if it is missing."""

from __future__ import annotations

from pathlib import Path

from pynn_sfdfa import hardware
from pynn_sfdfa.spiNNaker.resources import BINARY
from pynn_sfdfa.spiNNaker.spynnaker_names import binary_exists

__all__ = ["BINARY_FOLDER", "HOW_TO_BUILD", "check_binary"]

BINARY_FOLDER = Path(hardware.__file__).parent / "c" / "binaries"
"""Where ``make -C hardware/c`` puts the application, and where sPyNNaker is told to look for it."""

HOW_TO_BUILD = (
    "Build it with SpiNNaker's tools: install spinnaker_tools, spinn_common and SpiNNFrontEndCommon, set SPINN_DIRS to "
    "the folder of spinnaker_tools, and run: make -C {folder}. For the emulated board the compiler alone is enough: "
    "apt install gcc-arm-none-eabi; make -C {folder} emulated"
)


def check_binary() -> None:
    """Raise FileNotFoundError, saying how to get it, unless the application is there."""
    if not binary_exists(BINARY):
        raise FileNotFoundError(
            f"The application {BINARY} of LIF_SFDFA neurons is not in {BINARY_FOLDER}. "
            + HOW_TO_BUILD.format(folder=BINARY_FOLDER.parent)
        )
