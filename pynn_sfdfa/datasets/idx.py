"""Reading idx files, the format of MNIST and its kin: a magic number, the shape, then bytes."""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.memory import Need, limit, shortage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["IdxFile", "read_any_idx", "read_idx"]

_UNSIGNED_BYTE = 0x08
_CHUNK = 1 << 20


@dataclass(frozen=True)
class IdxFile:
    """A known idx file: its name without ``.gz``, its shape and the MD5 sum of its uncompressed content."""

    name: str
    shape: tuple[int, ...]
    md5: str

    @property
    def names(self) -> tuple[str, str]:
        """The names it may have on disk."""
        return f"{self.name}.gz", self.name


def read_idx(path: Path, expected: IdxFile) -> NDArray[np.uint8]:
    """Read an idx file of unsigned bytes, gzipped or not, and verify that it is the one expected.

    Returns
    -------
    uint8 array of the expected shape

    Raises
    ------
    DatasetError
        If the file is truncated, damaged, of another shape or of another content; the message has the reason alone, for
        callers know whether to name the path or the address it came from.
    """
    with _told(), _opened(path) as stream:
        return _read(stream, expected)


def read_any_idx(path: Path) -> NDArray[np.uint8]:
    """Read an idx file of unsigned bytes, gzipped or not, of which nothing is known.

    Raises
    ------
    DatasetError
        If the file is none, truncated, damaged or larger than memory; the message has the reason alone.
    """
    with _told(), _opened(path) as stream:
        start = stream.read(4)
        if len(start) < 4 or start[:3] != bytes([0, 0, _UNSIGNED_BYTE]):
            raise DatasetError(
                f"it must begin with 000008 and the number of dimensions (idx, unsigned bytes), not with "
                f"{start.hex() or 'its end'}"
            )
        sizes = stream.read(4 * start[3])
        if len(sizes) < 4 * start[3]:
            raise DatasetError("it is truncated: its header ends early")
        shape = struct.unpack(f">{start[3]}I", sizes)
        reason = shortage([Need(f"its {' x '.join(map(str, shape))} values", math.prod(shape), "take fewer")], limit())
        if reason is not None:
            raise DatasetError(f"it cannot be read: {reason}")
        content = stream.read(math.prod(shape) + 1)
    if len(content) != math.prod(shape):
        how = "goes on behind" if len(content) > math.prod(shape) else "ends before"
        raise DatasetError(f"it {how} the {math.prod(shape):,} values that its header announces")
    return np.frombuffer(content, np.uint8).reshape(shape)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except EOFError:
        raise DatasetError("it is truncated: its compressed data ends early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"it is damaged: {error}") from None
    except OSError as error:
        raise DatasetError(f"it cannot be read: {error.strerror or error}") from None


def _opened(path: Path) -> IO[bytes]:
    """Open for reading, deciding by content whether it is gzipped (browsers unpack files and keep the name)."""
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path)) if zipped else path.open("rb")


def _read(stream: IO[bytes], expected: IdxFile) -> NDArray[np.uint8]:
    shape = expected.shape
    header = struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTE, len(shape), *shape)
    found = stream.read(len(header))
    if found[:4] != header[:4]:
        raise DatasetError(
            f"it must begin with the magic number {header[:4].hex()} (idx, unsigned bytes, {len(shape)} dimensions), "
            f"not {found[:4].hex() or 'end at once'}"
        )
    if len(found) == len(header) and found != header:
        raise DatasetError(f"it must have the shape {shape}, not {struct.unpack(f'>{len(shape)}I', found[4:])}")
    array = np.empty(shape, np.uint8)
    content = array.data.cast("B")
    digest = hashlib.md5(found, usedforsecurity=False)
    n_read = 0
    while n_read < len(content) and (chunk := stream.read(min(_CHUNK, len(content) - n_read))):
        content[n_read : n_read + len(chunk)] = chunk
        digest.update(chunk)
        n_read += len(chunk)
    n_bytes = len(header) + len(content)
    if n_read < len(content):
        raise DatasetError(f"it is truncated: it must hold {n_bytes} bytes, not {len(found) + n_read}")
    if stream.read(1):
        raise DatasetError(f"it must end after {n_bytes} bytes but goes on")
    if digest.hexdigest() != expected.md5:
        raise DatasetError(
            f"its content must have the MD5 sum {expected.md5}, not {digest.hexdigest()}: "
            "it is damaged or belongs to another data set"
        )
    return array
