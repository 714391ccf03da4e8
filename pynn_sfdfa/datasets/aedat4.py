"""AEDAT4, which event cameras of iniVation write, read by the library tonic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_aedat4"]


def read_aedat4(path: Path) -> dict[str, NDArray[Any]]:
    """Return columns, rows, times (us from the first event) and polarities of a file's events, as x, y, t and p.

    Raises
    ------
    DatasetError
        If the libraries that read it are not installed, or the file is damaged or has no events.
    """
    try:
        import aedat  # noqa: F401  what tonic decodes with
        from tonic.io import read_aedat4 as read
    except ImportError as error:
        raise DatasetError(
            f"{path} is AEDAT4, which the libraries tonic and aedat read, and one is not installed ({error}). Run: "
            'pip install "pynn-sfdfa[events]", or write the events with numpy.save.'
        ) from None
    path.open("rb").close()  # the library's error for a file that is not there is like that for a damaged one
    try:
        events = read(str(path))
    except Exception as error:  # of any kind: an AEDAT4 file without events is told by a bare Exception
        raise DatasetError(
            f"{path} cannot be read: {short(str(error))}. It is truncated or no AEDAT4 file; fetch or record it again."
        ) from None
    # The camera's clock counts from 1970.
    times = events["t"].astype(np.int64)
    return {"x": events["x"], "y": events["y"], "t": times - times[:1], "p": events["p"]}
