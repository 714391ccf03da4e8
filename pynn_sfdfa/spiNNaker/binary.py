"""The application that runs on the cores: where it lies, how the emulated one is built, what to do if it is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import fields
from pathlib import Path

import platformdirs

from pynn_sfdfa import hardware
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS
from pynn_sfdfa.spiNNaker.machine_vertex import BINARY
from pynn_sfdfa.spiNNaker.spynnaker_names import binary_exists

__all__ = ["BINARY_FOLDER", "SOURCES", "build_for_emulator", "check_binary"]

SOURCES = Path(hardware.__file__).parent / "c"

BINARY_FOLDER = SOURCES / "binaries"
"""Where ``make -C hardware/c`` puts the application for machines, and where sPyNNaker is told to look for it."""

_FORMATS = " ".join(f"-DSFDFA_{field.name.upper()}={int(getattr(FORMATS, field.name))}" for field in fields(FORMATS))


def check_binary() -> None:
    """Raise FileNotFoundError, saying how to get it, unless the application for machines is there."""
    if not binary_exists(BINARY):
        raise FileNotFoundError(
            f"The application of LIF_SFDFA neurons, {BINARY}, is not in {BINARY_FOLDER}. Build it with SpiNNaker's "
            "tools: install spinnaker_tools, spinn_common and SpiNNFrontEndCommon, set SPINN_DIRS to the folder of "
            f"spinnaker_tools, and run: make -C {SOURCES}. Without a board, use the emulated one, which needs "
            "arm-none-eabi-gcc only: --board emulated; in Python: with pynn_sfdfa.hardware.board.emulated_board(): ..."
        )


def build_for_emulator() -> Path:
    """Return the folder with the application for the emulator, built if it is not in the user's cache.

    Raises
    ------
    FileNotFoundError
        If a tool for building is missing; the message says how to get it.
    RuntimeError
        If building fails; the message holds what the compiler says.
    """
    digest = hashlib.sha256(_FORMATS.encode())
    for file in sorted(file for file in SOURCES.rglob("*") if file.suffix in (".c", ".h", ".S", ".ld", "")):
        if file.is_file():
            digest.update(file.read_bytes())
    root = os.environ.get("PYNN_SFDFA_CACHE_DIR") or platformdirs.user_cache_dir("pynn-sfdfa")
    folder = Path(root) / "emulated" / digest.hexdigest()[:24]
    if not (folder / BINARY).exists():
        _build(folder)
    return folder


def _build(folder: Path) -> None:
    for tool, package in (("make", "make"), ("arm-none-eabi-gcc", "gcc-arm-none-eabi")):
        if shutil.which(tool) is None:
            raise FileNotFoundError(
                f"The application of LIF_SFDFA neurons for the emulated board is built with {tool}, which is not on "
                f"the PATH. Install it (Debian: apt install {package})."
            )
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and renamed: whoever finds the name finds a whole file, and of two that build both may.
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        command = ["make", "-C", str(SOURCES), "emulated", f"BINARIES={temporary}", f"FORMATS={_FORMATS}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
        folder.mkdir(exist_ok=True)
        (Path(temporary) / "emulated" / BINARY).replace(folder / BINARY)
