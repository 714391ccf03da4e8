"""Reading wav files that anybody may have made, of any rate and width."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.datasets.files import listed
from pynn_sfdfa.encoding.recordings import Sound, Sounds, flaw
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["read_sounds", "read_wav"]

_DAMAGE = (ValueError, EOFError, struct.error, TypeError, IndexError, UnboundLocalError, ZeroDivisionError, MemoryError)
"""What SciPy raises over a file that is no wav file."""

_MOST = 1 << 30  # bytes; more than an hour and a half of CD quality


_UNKNOWN = -1  # label of a sound without one


def read_sounds(files: Sequence[str | Path], labels: ArrayLike | None = None) -> Sounds:
    """Return the sounds of wav files, as encoders and trained networks take them.

    Parameters
    ----------
    files : sequence of path
        As for `read_wav`.
    labels : integer array, shape (n,), optional
        Class of each; default: -1, which stands for none.

    Raises
    ------
    DatasetError
        If a file is none that can be heard; the message names it.
    ValueError
        If there is not a label for each.
    """
    sounds = [read_wav(file) for file in listed(files, "read_sounds({})")]
    return Sounds(sounds, np.full(len(sounds), _UNKNOWN) if labels is None else np.asarray(labels))


def read_wav(path: str | Path) -> Sound:
    """Return the sound of a wav file: PCM of 8 to 64 bits or floats; several channels become their mean.

    Raises
    ------
    DatasetError
        If there is no such file, it is none or damaged, or nothing can be heard in it.
    """
    from scipy.io import wavfile  # loaded when it is first needed

    path = Path(path)
    try:
        if path.stat().st_size > _MOST:
            raise DatasetError(f"{path} has more than {_MOST:,} bytes, which is no sample of a data set. Cut it.")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            rate, content = wavfile.read(path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from None
    except _DAMAGE as error:
        raise DatasetError(
            f"{path} is no wav file that can be read: {short(str(error))}. Write it as PCM, e.g. with 16 bits."
        ) from None
    for warning in told:
        reason = short(str(warning.message)).rstrip(".")
        if "prematurely" in reason:
            raise DatasetError(f"{path} is truncated: {reason}. Fetch or record it again.")
    sound = Sound(_pressure(content), int(rate))
    wrong = flaw(sound)
    if wrong is not None:
        raise DatasetError(f"{path} {wrong}. Record it again, or remove it.")
    return sound


def _pressure(content: NDArray[Any]) -> NDArray[np.float32]:
    """Return samples as numbers between -1 and 1, all channels together."""
    if content.dtype == np.uint8:
        scaled = (content.astype(np.float32) - 128) / 128
    elif content.dtype.kind == "i":
        scaled = (content / 2.0 ** (8 * content.dtype.itemsize - 1)).astype(np.float32)
    else:
        scaled = content.astype(np.float32)
    return np.ascontiguousarray(scaled.mean(axis=1) if scaled.ndim == 2 else scaled, np.float32)
