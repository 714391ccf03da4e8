"""Where machine code is kept: a folder for each module and version of its source.

Numba's own cache looks at the file of a compiled function alone. Kernels here call kernels of other modules and take
constants and record types from them, all of which is compiled in; after a change there numba would go on running the
old code. So the machine code of a module lies in a folder whose name holds a digest of its source and of every module
of the package that it imports, directly or not.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import platformdirs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["cache_folder", "tell"]

_KEPT_UNUSED = 7 * 24 * 3600.0
"""Seconds for which the code of another version is kept: longer than a process that still uses it may run."""

# Imports of the package in a source, those for type checking too: record types are compiled in by name only.
_IMPORT = re.compile(
    rb"^[ \t]*(?:from|import)[ \t]+(pynn_sfdfa[\w.]*)(?:[ \t]+import[ \t]+(\([^)]*\)|.*))?", re.MULTILINE
)


@functools.cache
def cache_folder(module: str, file: Path) -> str | None:
    """Return the folder for the machine code of a module, made if necessary; None if nothing can be written at all."""
    name = f"{module}-{_digest(file)}"
    for root in _roots():
        try:
            return _writable(root() / name)
        except OSError:  # read-only, full, or not a folder
            continue
    tell()
    return None


@functools.cache
def tell() -> None:
    """Say why starting is slow; only the first call does."""
    warnings.warn(
        "Compiled code cannot be kept, so every start compiles anew, which takes long. Free some space in your cache "
        "folder, or set NUMBA_CACHE_DIR to a folder that can be written.",
        stacklevel=2,
    )


def _roots() -> Iterator[Callable[[], Path]]:
    if numba.config.CACHE_DIR:
        yield lambda: Path(numba.config.CACHE_DIR)
    yield lambda: Path(platformdirs.user_cache_dir("pynn-sfdfa")) / "kernels"
    yield _private_folder


def _writable(folder: Path) -> str:
    """Make the folder or note that it is in use; OSError if nothing can be written there."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        os.utime(folder)
    else:
        _remove_unused(folder)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))  # a disk without space has room for empty files
    return str(folder)


def _remove_unused(new: Path) -> None:
    """Remove older versions of a module's code that no process has started with for a while."""
    module = new.name.rpartition("-")[0]
    for folder in new.parent.glob(f"{module}-*"):
        try:
            unused = time.time() - folder.stat().st_mtime
        except FileNotFoundError:  # another process was faster
            continue
        if unused > _KEPT_UNUSED:
            shutil.rmtree(folder, ignore_errors=True)


def _private_folder() -> Path:
    """Return a folder of this user alone below the system's temporary folder, or a fresh one if that is not ours."""
    folder = Path(tempfile.gettempdir()) / f"pynn-sfdfa-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if state.st_uid == os.getuid() and not state.st_mode & 0o077 and not folder.is_symlink():
        return folder
    return Path(tempfile.mkdtemp(prefix="pynn-sfdfa-"))


def _digest(file: Path) -> str:
    """Return a digest of a source file and of all modules of the package that it imports, directly or not."""
    sources, pending = {}, [file]
    while pending:
        path = pending.pop()
        if path not in sources:
            sources[path] = _read(path)
            pending += _imported(sources[path])
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(hashlib.sha256(sources[path]).digest())
    return digest.hexdigest()[:16]


@functools.cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


@functools.cache
def _imported(source: bytes) -> tuple[Path, ...]:
    """Return the files of the package's modules that a source imports."""
    files = (
        _file(f"{module.decode()}.{name.decode()}".rstrip("."))
        for module, names in _IMPORT.findall(source)
        for name in [b"", *re.findall(rb"\w+", names)]
    )
    return tuple(file for file in files if file is not None)


@functools.cache
def _file(name: str) -> Path | None:
    """Return the source file of a module, which is not imported; None if the name is of something else."""
    _, *parts = name.split(".")
    if not parts:  # the package itself defines nothing
        return None
    spec = importlib.util.find_spec(f"pynn_sfdfa.{parts[0]}")
    if spec is None or spec.origin is None:
        return None
    if len(parts) == 1:
        return Path(spec.origin)
    if spec.submodule_search_locations is None:
        return None
    path = Path(spec.origin).parent.joinpath(*parts[1:])
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)
