"""This package as one archive that a job carries along, so that the run has just the version that submitted it."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from importlib import metadata
from pathlib import Path

__all__ = ["archive", "requirements"]

_MAPPED = ("models", "hardware")
"""Parts that stand beside the package in a checkout."""

_SKIPPED = {"__pycache__"}
_TIME = (1980, 1, 1, 0, 0, 0)  # the same content gives the same archive


def archive() -> bytes:
    """Return a zip file with ``pynn_sfdfa`` and its metadata; in ``sys.path`` it works as if it were installed."""
    files = {}
    for name in ("", *_MAPPED):
        module = importlib.import_module(".".join(["pynn_sfdfa", name]).rstrip("."))
        folder = Path(str(module.__file__)).parent
        for file in folder.rglob("*"):
            parts = file.relative_to(folder).parts
            if file.is_file() and not _SKIPPED & set(parts):
                files["/".join(["pynn_sfdfa", *([name] if name else []), *parts])] = file.read_bytes()
    distribution = metadata.distribution("pynn-sfdfa")
    about = f"pynn_sfdfa-{distribution.version}.dist-info/METADATA"
    files[about] = (distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or "").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(files):
            target.writestr(zipfile.ZipInfo(name, _TIME), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def requirements() -> list[str]:
    """Return what the run must have installed besides sPyNNaker, which the platform provides with PyNN and Neo."""
    provided = {"pynn", "neo"}
    found = []
    for requirement in metadata.requires("pynn-sfdfa") or []:
        name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower()
        if "extra ==" not in requirement and name not in provided:
            found.append(requirement)
    return found
