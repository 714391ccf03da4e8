"""The files of a finished job, brought home into a folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.hardware.portal.errors import PortalError
from pynn_sfdfa.hardware.portal.job import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["fetch"]


def fetch(job: Mapping[str, Any], out: Path, download: Callable[[str], bytes]) -> list[Path]:
    """Download the files of a job; the folder appears whole or not at all.

    Parameters
    ----------
    job : mapping
        Its description, with the log.
    out : Path
        The folder to make; an experiment's results lie directly in it, as if it had been trained here. ``job.json`` and
        ``job.log`` say where they come from.
    download : callable
        From an address to the content.

    Raises
    ------
    PortalError
        If the job has not ended, the folder exists, or a file would lie outside it; nothing has been written.
    """
    number = job.get("id", "?")
    if job["status"] not in ("finished", "error"):
        raise PortalError(
            f"Job {number} is {job['status']}; its files come when it has ended: portal status {number} --wait"
        )
    if out.exists():
        raise PortalError(f"{out} exists already; name another folder.")
    files = {_inside(item["path"]): item["url"] for item in (job.get("output_data") or {}).get("files", [])}
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        for place, url in files.items():
            target = unfinished / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(download(url))
        about = {key: value for key, value in job.items() if key not in ("log", "code")}
        (unfinished / "job.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        (unfinished / "job.log").write_text(str(job.get("log") or ""), encoding="utf-8")
        unfinished.chmod(0o755)  # temporary folders are for their owner alone
        unfinished.rename(out)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return sorted(out / place for place in files)


def _inside(path: str) -> PurePosixPath:
    place = PurePosixPath(path.lstrip("/"))
    parts = [part for part in place.parts if part != "."]
    if parts and parts[0].startswith("job_"):  # the platform's own folder of the job
        parts = parts[1:]
    if parts and parts[0] == RESULTS:
        parts = parts[1:]
    if not parts or ".." in parts or "\\" in path:
        raise PortalError(f"The job has a file {path!r}, which does not belong into a folder; nothing was downloaded.")
    return PurePosixPath(*parts)
