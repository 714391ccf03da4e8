"""Building the C sources once: objects lie in the user's cache under a digest of all that went into them."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from toolchain.compilers import cross_compiler, host_compiler
from toolchain.processors import ARM968, CORTEX_M4F_FLOAT, Processor

from pynn_sfdfa import hardware

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolchain.compilers import Compiler

    from pynn_sfdfa.hardware.arithmetic.formats import Formats

__all__ = [
    "C_SOURCES",
    "build_float_for_core",
    "build_float_for_host",
    "build_for_core",
    "build_for_host",
    "cached_build",
    "definitions",
    "kernel_sources",
]

C_SOURCES = Path(hardware.__file__).parent / "c"
"""Folder of the C sources."""


_UNFUSED = ("-ffp-contract=off",)
"""Multiplications and additions of floats are rounded each, as in the specification."""


def kernel_sources(folder: str = "kernels") -> tuple[Path, ...]:
    """Return the C files of the kernels, or those of ``"float32"``, sorted."""
    return tuple(sorted((C_SOURCES / folder).glob("*.c")))


def definitions(formats: Formats) -> tuple[str, ...]:
    """Return the compiler flags that fix the number formats of the kernels."""
    return tuple(f"-DSFDFA_{name.upper()}={value:d}" for name, value in dataclasses.asdict(formats).items())


def build_for_host(formats: Formats | None = None, extra: tuple[Path, ...] = ()) -> Path:
    """Return a shared library of the kernels for this machine, built if it is not in the cache.

    Parameters
    ----------
    formats : Formats, optional
        The default of the C sources if not given.
    extra : tuple of Path
        More C files to build in.

    Raises
    ------
    MissingCompilerError, CompilationError
    """
    flags = definitions(formats) if formats else ()
    return cached_build(host_compiler(), (*kernel_sources(), *extra), ("-shared", *flags))


def build_for_core(formats: Formats | None = None, extra: tuple[Path, ...] = (), processor: Processor = ARM968) -> Path:
    """Return an ELF file of the kernels, linked where a SpiNNaker core keeps code and data; as ``build_for_host``."""
    script = C_SOURCES / "kernels.ld"
    flags = ("-Wl,--script", str(script), *(definitions(formats) if formats else ()))
    return cached_build(cross_compiler(processor), (*kernel_sources(), *extra), flags, inputs=(script,))


def build_float_for_host(extra: tuple[Path, ...] = ()) -> Path:
    """Return a shared library of the kernels in float32 for this machine; as ``build_for_host``."""
    return cached_build(host_compiler(), (*kernel_sources("float32"), *extra), ("-shared", *_UNFUSED))


def build_float_for_core(extra: tuple[Path, ...] = ()) -> Path:
    """Return an ELF file of the kernels in float32, for the core of SpiNNaker2; as ``build_for_core``."""
    script = C_SOURCES / "kernels.ld"
    sources = (*kernel_sources("float32"), *extra)
    flags = ("-Wl,--script", str(script), *_UNFUSED)
    return cached_build(cross_compiler(CORTEX_M4F_FLOAT), sources, flags, inputs=(script,))


def cached_build(
    compiler: Compiler, sources: Iterable[Path], flags: tuple[str, ...], inputs: Iterable[Path] = ()
) -> Path:
    """Compile and link sources into one file, or return the file that an earlier call made of the same.

    Parameters
    ----------
    compiler : Compiler
    sources : paths
        C files; all headers of the package are on their path.
    flags : tuple of str
        Besides those of the compiler.
    inputs : paths
        Other files that the result depends on.

    Returns
    -------
    Path
        In a cache folder; its name holds a digest of compiler, flags, sources, headers and inputs.

    Raises
    ------
    CompilationError
    """
    sources = tuple(sources)
    headers = sorted(C_SOURCES.rglob("*.h"))
    digest = hashlib.sha256("\0".join([compiler.command, compiler.version, *compiler.flags, *flags]).encode())
    for file in (*sources, *headers, *inputs):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    target = _cache_folder() / f"{sources[0].parent.name}-{digest.hexdigest()[:24]}"
    if not target.exists():
        # Built beside its place and renamed: whoever finds the name finds a whole file, and of two that build both may.
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            built = Path(folder) / target.name
            compiler("-I", str(C_SOURCES / "include"), *map(str, sources), *flags, "-o", str(built))
            built.replace(target)
    return target


def _cache_folder() -> Path:
    """Return ``$PYNN_SFDFA_CACHE_DIR/objects``, or that below the user's cache folder, made if necessary."""
    root = os.environ.get("PYNN_SFDFA_CACHE_DIR") or platformdirs.user_cache_dir("pynn-sfdfa")
    folder = Path(root) / "objects"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"Compiled code cannot be kept in {folder}: {error.strerror}. "
            "Set PYNN_SFDFA_CACHE_DIR to a folder that can be written."
        ) from error
    return folder
