"""Reading single arrays of an npz file that anybody may have made: nothing is unpacked that was not asked for.

The header of an array says how large it is, and the archive how much it holds; both are read, compared with each other
and with the memory there is before the array itself is.
"""

from __future__ import annotations

import lzma
import struct
import tokenize
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.memory import Need, limit, shortage
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Arrays", "read_npz"]

Arrays = dict[str, "NDArray[Any]"]

_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflate", zipfile.ZIP_BZIP2: "bzip2",
            zipfile.ZIP_LZMA: "lzma"}  # fmt: skip
_MOST_ENTRIES = 10_000
_LONGEST_HEADER = 10_000  # bytes; of an array of numbers it has 118
_CHUNK = 1 << 20

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, UnicodeDecodeError, NotImplementedError,
    IndexError, OverflowError,
)  # fmt: skip
"""What zipfile raises over an archive that is none."""

_NO_HEADER = (ValueError, TypeError, KeyError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError)
"""What numpy raises over a header that is none: it evaluates it as a literal of Python."""


def read_npz(path: Path, choose: Callable[[Collection[str]], Iterable[str]]) -> Arrays:
    """Read some arrays of an npz file, none of them of Python objects (which could run code).

    Parameters
    ----------
    path : Path
    choose : callable
        Given the names of all that the file holds, returns which are wanted.

    Raises
    ------
    DatasetError
        If the file is not an npz file, is damaged or larger than memory, or has no such array of numbers.
    """
    try:
        with path.open("rb") as stream:
            if not zipfile.is_zipfile(stream):
                raise DatasetError(
                    f"{path} is truncated or no npz file. Write it with numpy.savez_compressed, or fetch it again."
                )
            with zipfile.ZipFile(stream) as archive:
                return _read(archive, path, choose)
    except _DAMAGE as error:
        raise DatasetError(f"{path} is damaged: {short(str(error))}. Fetch or write it again.") from None
    except OSError as error:  # also of bzip2, over data that are none
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from None


class _Entry(NamedTuple):
    """An array in the archive, of which no more than the header has been read."""

    info: zipfile.ZipInfo
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    by_column: bool
    header: int  # bytes


def _read(archive: zipfile.ZipFile, path: Path, choose: Callable[[Collection[str]], Iterable[str]]) -> Arrays:
    infos = archive.infolist()
    if len(infos) > _MOST_ENTRIES:
        raise DatasetError(f"{path} holds {len(infos):,} files; a data set has some arrays.")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy")
        if name in by_name:
            raise DatasetError(f"{path} is damaged: {short(name)} stands in it twice. Fetch or write it again.")
        by_name[name] = info
    entries = {name: _entry(archive, by_name[name], f"{path}: {name}") for name in choose(by_name)}
    needs = [
        Need(f"{name} ({' x '.join(f'{n:,}' for n in entry.shape)})", _size(entry), "take fewer samples")
        for name, entry in entries.items()
    ]
    reason = shortage(needs, limit())
    if reason is not None:
        raise DatasetError(f"{path} cannot be read: {reason}")
    return {name: _array(archive, entry) for name, entry in entries.items()}


def _size(entry: _Entry) -> int:
    size = entry.dtype.itemsize
    for n in entry.shape:  # Python's integers do not overflow
        size *= n
    return size


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> _Entry:
    if info.flag_bits & _ENCRYPTED:
        raise DatasetError(f"{where} is encrypted. Write the file with numpy.savez_compressed.")
    if info.compress_type not in _METHODS:
        raise DatasetError(
            f"{where} is compressed by method {info.compress_type}, which is not known; known are "
            f"{', '.join(_METHODS.values())}. Write the file with numpy.savez_compressed."
        )
    with archive.open(info) as stream:
        entry = _header(stream, info, where)
    if entry.dtype.kind not in "biufcSU" or not entry.dtype.itemsize:
        raise DatasetError(
            f"{where} cannot be read (it holds {short(str(entry.dtype))}). Store arrays of numbers, not of Python "
            "objects."
        )
    expected = entry.header + _size(entry)
    if min(entry.shape, default=0) < 0 or info.file_size != expected:
        raise DatasetError(
            f"{where} is damaged: its header announces {short(str(entry.shape))} values of {entry.dtype}, "
            f"{expected:,} bytes in all, but it has {info.file_size:,}. Fetch or write it again."
        )
    return entry


def _header(stream: IO[bytes], info: zipfile.ZipInfo, where: str) -> _Entry:
    """Return what the header of an array says, and leave the stream behind it."""
    start = stream.read(np.lib.format.MAGIC_LEN)
    if not start.startswith(np.lib.format.MAGIC_PREFIX) or len(start) < np.lib.format.MAGIC_LEN:
        raise DatasetError(f"{where} is not an array. Write the file with numpy.savez_compressed.")
    version = (start[-2], start[-1])
    readers: dict[tuple[int, int], Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise DatasetError(f"{where} has the format {version[0]}.{version[1]}; arrays of numbers have 1.0 or 2.0.")
    try:
        shape, by_column, dtype = readers[version](stream, max_header_size=_LONGEST_HEADER)
    except _NO_HEADER as error:
        raise DatasetError(f"{where} is damaged: its header cannot be read ({short(str(error))}).") from None
    return _Entry(info, dtype, shape, by_column, stream.tell())


def _array(archive: zipfile.ZipFile, entry: _Entry) -> NDArray[Any]:
    content = bytearray(_size(entry))
    done, view = 0, memoryview(content)
    with archive.open(entry.info) as stream:
        stream.read(entry.header)
        while done < len(content):
            chunk = stream.read(min(_CHUNK, len(content) - done))
            if not chunk:
                raise EOFError(f"it ends after {done:,} of {len(content):,} bytes")
            view[done : done + len(chunk)] = chunk
            done += len(chunk)
        stream.read(1)  # at the end zipfile compares checksums
    array = np.frombuffer(content, entry.dtype)
    return array.reshape(entry.shape, order="F" if entry.by_column else "C")
