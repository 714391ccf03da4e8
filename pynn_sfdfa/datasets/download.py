"""Downloading one file: to a temporary name, verified, then moved into place."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from pynn_sfdfa.datasets.dataset import DatasetError
from pynn_sfdfa.support.files import WriteError, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pynn_sfdfa.datasets.source import DownloadProgress

__all__ = ["download"]

_CHUNK = 1 << 18
_MOST = 1 << 30  # bytes
_TIMEOUT = 20.0  # s without an answer


def download(
    urls: Sequence[str],
    target: Path,
    verify: Callable[[Path], object],
    progress: DownloadProgress | None = None,
    timeout: float = _TIMEOUT,
) -> None:
    """Fetch a file from the first mirror that delivers it whole.

    Parameters
    ----------
    urls : sequence of str
        Mirrors, tried in order.
    target : Path
        Where the file goes; appears only once it is complete and verified.
    verify : callable
        Called with the path of the fetched file; raises DatasetError if it is not the right one.
    progress : callable, optional
        Told how far it is.
    timeout : float
        Seconds to wait for a mirror's answer.

    Raises
    ------
    DatasetError
        If no mirror delivers; the message has the reason for each.
    pynn_sfdfa.support.files.WriteError
        If ``target`` cannot be written.
    """
    import http.client  # slow, as urllib is, and needed only where something is missing

    reasons = []
    for url in urls:
        try:
            _fetch(url, target, verify, progress, timeout)
        except DatasetError as error:
            reasons.append(f"{url}: {error}")
        except WriteError:
            raise
        except (OSError, http.client.HTTPException) as error:  # URLError and timeouts are OSErrors
            reasons.append(f"{url}: {getattr(error, 'reason', None) or error or type(error).__name__}")
        else:
            return
    raise DatasetError("; ".join(reasons))


def _fetch(
    url: str,
    target: Path,
    verify: Callable[[Path], object],
    progress: DownloadProgress | None,
    timeout: float,
) -> None:
    import urllib.request

    with urllib.request.urlopen(url, timeout=timeout) as response:
        part = target.parent / f".{target.name}.{os.getpid()}.part"
        try:
            with writing(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                part.touch()
            size = response.headers.get("Content-Length")
            total = int(size) if size is not None and size.isdecimal() else None
            done = 0
            while chunk := response.read(_CHUNK):
                with writing(target), part.open("ab") as stream:
                    stream.write(chunk)
                done += len(chunk)
                if done > _MOST:
                    raise DatasetError(f"it sends more than {_MOST:,} bytes, which no file of a data set here has")
                if progress is not None:
                    progress(target.name, done, total)
            if total is not None and done != total:
                raise DatasetError(f"the connection ended after {done} of {total} bytes")
            verify(part)
            with writing(target):
                part.replace(target)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
