"""What a job consists of: one Python file that carries the package, the experiment or script, and how to run it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tokenize
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import nmpi

from pynn_sfdfa.hardware.portal.errors import shown
from pynn_sfdfa.hardware.portal.package import archive, requirements

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RESULTS", "Job", "experiment_job", "script_job"]

RESULTS = "results"
"""The folder of an experiment's results among the job's files."""

_RUN = '''\
{about}

import base64
import io
import sys
import tempfile
import zipfile
from pathlib import Path

FILES = {files}
PACKAGE = """{package}"""

with tempfile.TemporaryDirectory() as folder:
    zipfile.ZipFile(io.BytesIO(base64.b64decode(PACKAGE))).extractall(folder)
    for name, content in FILES.items():
        (Path(folder) / name).write_bytes(content)
    sys.path.insert(0, folder)
    print("pynn-sfdfa {version}, archive sha256 {digest}", flush=True)
{body}
'''

_EXPERIMENT = """\
    from pynn_sfdfa.cli import main

    main(["train", str(Path(folder) / "experiment.toml"), *{arguments}])"""

_SCRIPT = """\
    import runpy

    runpy.run_path(str(Path(folder) / "script.py"), run_name="__main__")"""


@dataclass(frozen=True)
class Job:
    """A job as the platform takes it.

    Attributes
    ----------
    title : str
    code : str
        The Python file that the platform runs, in ASCII; it needs nothing beside it.
    config : dict
        What the platform prepares before: packages to install, and the version of sPyNNaker.
    tags : tuple of str
    platform : str
        What the platform calls the kind of machine.
    """

    title: str
    code: str
    config: dict[str, Any]
    tags: tuple[str, ...] = ("pynn-sfdfa",)
    platform: str = nmpi.SPINNAKER

    def describe(self) -> str:
        """Return the job in a few lines, as for a dry run."""
        digest = hashlib.sha256(self.code.encode()).hexdigest()[:16]
        return "\n".join(
            [
                f"job        {self.title}",
                f"platform   {self.platform}",
                f"code       {len(self.code) / 1e6:.2f} MB, sha256 {digest}",
                f"config     {json.dumps(self.config)}",
                f"tags       {', '.join(self.tags)}",
            ]
        )


def experiment_job(name: str, toml: str) -> Job:
    """Return the job that trains an experiment on SpiNNaker and leaves an ordinary folder of results.

    Parameters
    ----------
    name : str
        Of the experiment.
    toml : str
        Its settings, complete.
    """
    arguments = ["--simulator", "spiNNaker", "--out", RESULTS]
    return _job(f"train {shown(name)}", {"experiment.toml": toml.encode()}, _EXPERIMENT.format(arguments=arguments))


def script_job(name: str, source: str | bytes) -> Job:
    """Return the job that runs a PyNN script; what it writes to its folder are its results.

    Parameters
    ----------
    name : str
        Of the script's file; it may be any.
    source : str or bytes
        The script; bytes are sent as they are, in whatever encoding they declare, text in UTF-8.

    Raises
    ------
    SyntaxError
        If the script is no Python.
    """
    try:
        content = source.encode() if isinstance(source, str) else source
        content.decode(tokenize.detect_encoding(io.BytesIO(content).readline)[0])
    except (UnicodeError, LookupError, SyntaxError):
        raise SyntaxError(
            f"{shown(name)} is neither UTF-8 nor in the encoding that it declares; save it in UTF-8, or declare its "
            "encoding in its first line, as in: # coding: latin-1"
        ) from None
    try:
        compile(content, shown(name), "exec", dont_inherit=True)
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:  # NUL, a thousand brackets
        reason = str(error) or "it is too complex for Python"
        raise SyntaxError(f"{shown(name)} is no Python script: {reason}") from None
    return _job(f"run {shown(name)}", {"script.py": content}, _SCRIPT)


def _job(title: str, files: Mapping[str, bytes], body: str) -> Job:
    packed = archive()
    version = metadata.version("pynn-sfdfa")
    code = _RUN.format(
        version=version,
        about=ascii(f"A job of pynn-sfdfa {version}. It unpacks that package and runs: {title}"),
        files=repr(dict(files)),
        package=base64.encodebytes(packed).decode(),
        digest=hashlib.sha256(packed).hexdigest()[:16],
        body=body,
    )
    spynnaker = next(text for text in metadata.requires("pynn-sfdfa") or [] if text.lower().startswith("spynnaker"))
    config = {
        "spynnaker_version": spynnaker.split("==")[1].split(";")[0].strip(" '\""),
        "extra_pip_installs": requirements(),
    }
    return Job(title, code, config)
