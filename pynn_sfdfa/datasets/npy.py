"""Arrays as numpy writes them, in files that anybody may have made: the header is read before the array is.

It says how large the array is, which is compared with the file and with the memory there is.
"""

from __future__ import annotations

import tokenize
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.memory import Need, limit, shortage
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Header", "check_memory", "check_size", "read_header", "read_npy"]

_LONGEST = 10_000  # bytes; the header of an array of numbers has 118

_NO_HEADER = (ValueError, TypeError, KeyError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError)
"""What numpy raises over a header that is none: it evaluates it as a literal of Python."""


class Header(NamedTuple):
    """What stands before the numbers of an array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    by_column: bool
    length: int
    """Of the header, in bytes."""

    @property
    def size(self) -> int:
        """Bytes of the numbers; Python's integers do not overflow."""
        size = self.dtype.itemsize
        for n in self.shape:
            size *= n
        return size

    def array(self, content: bytes | bytearray) -> NDArray[Any]:
        """Return the array whose numbers these bytes are."""
        return np.frombuffer(content, self.dtype).reshape(self.shape, order="F" if self.by_column else "C")


def read_header(stream: IO[bytes], where: str, remedy: str) -> Header:
    """Return what the header of an array says, and leave the stream behind it.

    Raises
    ------
    DatasetError
        If there is none, which begins with where that is.
    """
    start = stream.read(np.lib.format.MAGIC_LEN)
    if not start.startswith(np.lib.format.MAGIC_PREFIX) or len(start) < np.lib.format.MAGIC_LEN:
        raise DatasetError(f"{where} is not an array. {remedy}")
    version = (start[-2], start[-1])
    readers: dict[tuple[int, int], Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise DatasetError(f"{where} has the format {version[0]}.{version[1]}; arrays of numbers have 1.0 or 2.0.")
    try:
        shape, by_column, dtype = readers[version](stream, max_header_size=_LONGEST)
    except _NO_HEADER as error:
        raise DatasetError(f"{where} is damaged: its header cannot be read ({short(str(error))}).") from None
    return Header(dtype, shape, by_column, stream.tell())


def check_size(header: Header, held: int, where: str) -> None:
    """Raise DatasetError unless a file of so many bytes holds what its header announces."""
    expected = header.length + header.size
    if min(header.shape, default=0) < 0 or held != expected:
        raise DatasetError(
            f"{where} is damaged: its header announces {short(str(header.shape))} values of {header.dtype}, "
            f"{expected:,} bytes in all, but it has {held:,}. Fetch or write it again."
        )


def check_memory(headers: dict[str, Header], where: str) -> None:
    """Raise DatasetError if arrays, by name, take more than the memory there is."""
    needs = [
        Need(f"{name} ({' x '.join(f'{n:,}' for n in header.shape)})", header.size, "take fewer samples")
        for name, header in headers.items()
    ]
    reason = shortage(needs, limit())
    if reason is not None:
        raise DatasetError(f"{where} cannot be read: {reason}")


def read_npy(path: Path) -> NDArray[Any]:
    """Return the array of an npy file, of numbers or of records of them.

    Raises
    ------
    DatasetError
        If the file is no such file, is damaged or larger than memory, or holds Python objects (which could run code).
    OSError
        If it cannot be read.
    """
    with path.open("rb") as stream:
        header = read_header(stream, str(path), "Write it with numpy.save.")
        if header.dtype.hasobject or not header.dtype.itemsize:
            raise DatasetError(
                f"{path} cannot be read (it holds {short(str(header.dtype))}). Store arrays of numbers, not of Python "
                "objects."
            )
        check_size(header, path.stat().st_size, str(path))
        check_memory({"its array": header}, str(path))
        return header.array(stream.read(header.size))
