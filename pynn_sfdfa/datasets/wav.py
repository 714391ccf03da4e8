"""Reading wav files that anybody may have made, of any rate and width."""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.encoding.recordings import Sound, flaw
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_wav"]

_DAMAGE = (ValueError, EOFError, struct.error, TypeError, IndexError, UnboundLocalError, ZeroDivisionError, MemoryError)
"""What SciPy raises over a file that is no wav file."""

_MOST = 1 << 30  # bytes; more than an hour and a half of CD quality


def read_wav(path: Path) -> Sound:
    """Return the sound of a wav file: PCM of 8 to 64 bits or floats; several channels become their mean.

    Raises
    ------
    DatasetError
        If there is no such file, it is none or damaged, or nothing can be heard in it.
    """
    from scipy.io import wavfile  # loaded when it is first needed

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
