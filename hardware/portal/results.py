"""The files of a finished job, brought home into a folder."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.portal.answers import described, result_files
from pynn_sfdfa.hardware.portal.errors import PortalError, shown
from pynn_sfdfa.hardware.portal.job import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["fetch"]

_ABOUT, _LOG = "job.json", "job.log"
_BESIDE = "job-files"
"""The folder for files whose places are taken."""


def fetch(job: Mapping[str, Any], out: Path, download: Callable[[str], bytes]) -> list[Path]:
    """Download the files of a job; the folder appears whole or not at all.

    Parameters
    ----------
    job : mapping
        Its description, with the log.
    out : Path
        The folder to make; an experiment's results lie directly in it, as if it had been trained here. ``job.json`` and
        ``job.log`` say where they come from; a file whose place is taken is in ``job-files``.
    download : callable
        From an address to the content.

    Raises
    ------
    PortalError
        If the job has not ended, the folder exists or cannot be written, a file would lie outside it, or two files
        would be one; nothing has been written.
    """
    number, status = shown(str(job.get("id", "?"))), described(dict(job))["status"]
    if status not in ("finished", "error"):
        raise PortalError(
            f"Job {number} is {shown(status)}; its files come when it has ended: portal status {number} --wait"
        )
    files = _places(result_files(job))
    try:
        if out.exists():
            raise PortalError(f"{out} exists already; name another folder.")
        with _new_folder(out) as unfinished:
            for place, url in files.items():
                target = unfinished / place
                target.parent.mkdir(parents=True, exist_ok=True)
                content = download(url)
                with target.open("xb") as file:  # on some file systems names differ that are one here
                    file.write(content)
            about = {key: value for key, value in job.items() if key not in ("log", "code")}
            (unfinished / _ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
            log = str(job.get("log") or "")
            (unfinished / _LOG).write_text(log, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        reason = shown(error.strerror or type(error).__name__)
        raise PortalError(f"The files cannot be kept in {shown(str(out))}: {reason}; nothing is left.") from error
    return sorted(out / place for place in files)


@contextlib.contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """Give a folder that becomes `out` at the end of the block, unless that fails: then nothing is left."""
    missing = [folder for folder in out.parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            yield unfinished
            unfinished.chmod(0o755)  # temporary folders are for their owner alone
            unfinished.rename(out)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):  # it was not made, or another program has put something there
                folder.rmdir()
        raise


def _places(files: Sequence[tuple[str, str]]) -> dict[PurePosixPath, str]:
    """Return where in the folder the file at each address goes: those of the results first, one place for each."""
    parts = {(path, url): _parts(path) for path, url in files}
    results = {file: own[1:] for file, own in parts.items() if own[0] == RESULTS}
    taken = {PurePosixPath(_ABOUT), PurePosixPath(_LOG)}
    folders = {PurePosixPath()}
    places = {}
    for (path, url), own in [*results.items(), *((file, own) for file, own in parts.items() if file not in results)]:
        for place in (PurePosixPath(*own), PurePosixPath(_BESIDE, *parts[path, url])):
            if place not in taken and place not in folders and taken.isdisjoint(place.parents):
                break
        else:
            raise PortalError(f"The job has two files that would both be {shown(str(place))}; nothing was downloaded.")
        taken.add(place)
        folders.update(place.parents)
        places[place] = url
    return places


def _parts(path: str) -> list[str]:
    """Return the parts of a path within the platform's own folder of the job."""
    parts = [part for part in PurePosixPath(path.lstrip("/")).parts if part != "."]
    if parts and parts[0].startswith("job_"):
        parts = parts[1:]
    own = parts[1:] if parts[:1] == [RESULTS] else parts
    if not own or ".." in parts or "\\" in path or not _is_a_name(path):
        raise PortalError(
            f"The job has a file {ascii(path[:200])}, which does not belong into a folder; nothing was downloaded."
        )
    return parts


def _is_a_name(path: str) -> bool:
    """Whether a file system can hold a file of such a name."""
    try:
        return "\0" not in path and len(path.encode()) < 4096
    except UnicodeEncodeError:
        return False
