"""What a job consists of: one Python file that carries the package, the experiment or script, and how to run it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import nmpi

from pynn_sfdfa.hardware.portal.package import archive, requirements

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RESULTS", "Job", "experiment_job", "script_job"]

RESULTS = "results"
"""The folder of an experiment's results among the job's files."""

_RUN = '''\
"""A job of pynn-sfdfa {version}. It unpacks that package and runs: {title}"""

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
        (Path(folder) / name).write_text(content, encoding="utf-8")
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
        The Python file that the platform runs; it needs nothing beside it.
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
    return _job(f"train {name}", {"experiment.toml": toml}, _EXPERIMENT.format(arguments=arguments))


def script_job(name: str, source: str) -> Job:
    """Return the job that runs a PyNN script; what it writes to its folder are its results.

    Raises
    ------
    SyntaxError
        If the script is no Python.
    """
    compile(source, name, "exec")
    return _job(f"run {name}", {"script.py": source}, _SCRIPT)


def _job(title: str, files: Mapping[str, str], body: str) -> Job:
    packed = archive()
    version = metadata.version("pynn-sfdfa")
    code = _RUN.format(
        version=version,
        title=title,
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
