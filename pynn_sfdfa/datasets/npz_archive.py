"""Reading single arrays of an npz file that anybody may have made: nothing is unpacked that was not asked for.

The header of an array says how large it is, and the archive how much it holds; see `pynn_sfdfa.datasets.npy`.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.npy import Header, check_memory, check_size, read_header
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
_CHUNK = 1 << 20

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, UnicodeDecodeError, NotImplementedError,
    IndexError, OverflowError,
)  # fmt: skip
"""What zipfile raises over an archive that is none."""


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
    header: Header


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
    check_memory({name: entry.header for name, entry in entries.items()}, str(path))
    return {name: _array(archive, entry) for name, entry in entries.items()}


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> _Entry:
    if info.flag_bits & _ENCRYPTED:
        raise DatasetError(f"{where} is encrypted. Write the file with numpy.savez_compressed.")
    if info.compress_type not in _METHODS:
        raise DatasetError(
            f"{where} is compressed by method {info.compress_type}, which is not known; known are "
            f"{', '.join(_METHODS.values())}. Write the file with numpy.savez_compressed."
        )
    with archive.open(info) as stream:
        header = read_header(stream, where, "Write the file with numpy.savez_compressed.")
    if header.dtype.kind not in "biufcSU" or not header.dtype.itemsize:
        raise DatasetError(
            f"{where} cannot be read (it holds {short(str(header.dtype))}). Store arrays of numbers, not of Python "
            "objects."
        )
    check_size(header, info.file_size, where)
    return _Entry(info, header)


def _array(archive: zipfile.ZipFile, entry: _Entry) -> NDArray[Any]:
    content = bytearray(entry.header.size)
    done, view = 0, memoryview(content)
    with archive.open(entry.info) as stream:
        stream.read(entry.header.length)
        while done < len(content):
            chunk = stream.read(min(_CHUNK, len(content) - done))
            if not chunk:
                raise EOFError(f"it ends after {done:,} of {len(content):,} bytes")
            view[done : done + len(chunk)] = chunk
            done += len(chunk)
        stream.read(1)  # at the end zipfile compares checksums
    return entry.header.array(content)
