"""The two C compilers: this machine's own, and the one for the processors of SpiNNaker and SpiNNaker2."""

from __future__ import annotations

import dataclasses
import functools
import os
import shutil
import subprocess

from toolchain.processors import ARM968, Processor

__all__ = ["CompilationError", "Compiler", "MissingCompilerError", "cross_compiler", "host_compiler"]

_STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic")

# Without the last flag GCC turns a loop that clears an array into a call of memset, which no library provides here.
_CORE = ("-O2", "-ffreestanding", "-nostdlib", "-fno-tree-loop-distribute-patterns")


class MissingCompilerError(RuntimeError):
    """A C compiler is not installed; the message says what to install."""


class CompilationError(RuntimeError):
    """A compiler refused a source; the message holds what it printed."""


@dataclasses.dataclass(frozen=True)
class Compiler:
    """A C compiler with the flags for one target.

    Parameters
    ----------
    command : str
        Path of the compiler.
    version : str
        What the compiler says of itself: part of the key under which its output is kept.
    flags : tuple of str
    """

    command: str
    version: str
    flags: tuple[str, ...]

    def __call__(self, *arguments: str) -> None:
        """Run the compiler.

        Raises
        ------
        CompilationError
        """
        done = subprocess.run(
            [self.command, *self.flags, *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise CompilationError(f"{' '.join([self.command, *self.flags, *arguments])}\n{done.stderr.strip()}")


@functools.cache
def host_compiler() -> Compiler:
    """Return this machine's C compiler: ``$CC`` if set, else ``cc``.

    Raises
    ------
    MissingCompilerError
    """
    name = os.environ.get("CC", "cc")
    return _find(name, (*_STRICT, "-O2", "-fPIC"), "Install one (Debian: apt install gcc), or set CC to its path.")


@functools.cache
def cross_compiler(processor: Processor = ARM968) -> Compiler:
    """Return the compiler for a processor: ``arm-none-eabi-gcc``.

    Nothing is linked but the sources themselves, so code that needs a division, a floating-point or a memory routine
    of a library does not link.

    Raises
    ------
    MissingCompilerError
    """
    return _find(
        "arm-none-eabi-gcc",
        (*_STRICT, *processor.flags, *_CORE),
        "Install it (Debian: apt install gcc-arm-none-eabi; elsewhere: the Arm GNU toolchain) and put it on the PATH.",
    )


def _find(name: str, flags: tuple[str, ...], remedy: str) -> Compiler:
    command = shutil.which(name)
    if command is None:
        raise MissingCompilerError(f"The C compiler {name!r} is not on the PATH. {remedy}")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingCompilerError(f"The C compiler {command} does not run: {done.stderr.strip()}. {remedy}")
    return Compiler(command, done.stdout, flags)
