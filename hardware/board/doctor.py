"""What is here of all that SpiNNaker needs, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pynn_sfdfa.hardware.board.spynnaker import VERSION

__all__ = ["Finding", "board_application", "examine"]

_C = Path(__file__).parents[1] / "c"
_BINARY = "lif_sfdfa.aplx"


@dataclass(frozen=True)
class Finding:
    """One thing that is needed.

    Attributes
    ----------
    name : str
    purpose : str
        What it is needed for.
    found : str or None
        What is here, or None if it is missing.
    remedy : str
        How to get it.
    """

    name: str
    purpose: str
    found: str | None
    remedy: str


def examine() -> list[Finding]:
    """Look for everything; nothing is loaded, built or changed."""
    return [
        Finding("sPyNNaker", "any machine", _version("sPyNNaker", VERSION), f"pip install 'sPyNNaker=={VERSION}'"),
        Finding("unicorn", "the emulated board", _version("unicorn"), "pip install unicorn"),
        Finding(
            "arm-none-eabi-gcc",
            "LIF_SFDFA on the emulated board, where its application is built when it is first needed",
            shutil.which("arm-none-eabi-gcc"),
            "apt install gcc-arm-none-eabi, or the Arm GNU toolchain, on the PATH",
        ),
        Finding(
            "SPINN_DIRS",
            f"building {_BINARY}",
            _spinn_dirs(),
            "get spinnaker_tools, spinn_common and SpiNNFrontEndCommon (SpiNNakerManchester), build them with their "
            "make install, and set SPINN_DIRS to the folder of spinnaker_tools",
        ),
        Finding(_BINARY, "LIF_SFDFA on a board", board_application(), f"make -C {_C}"),
    ]


def _version(package: str, wanted: str | None = None) -> str | None:
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    return version if wanted in (None, version) else None


def _spinn_dirs() -> str | None:
    folder = os.environ.get("SPINN_DIRS", "")
    return folder if folder and (Path(folder) / "make" / "local.mk").is_file() else None


def board_application() -> str | None:
    """Return the path of the application of LIF_SFDFA neurons for boards, or None if it has not been built."""
    file = _C / "binaries" / _BINARY
    return str(file) if file.is_file() else None
