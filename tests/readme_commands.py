"""How the commands of README and documentation are executed in the tests; what is shortened is said here, and
nowhere else.

- ``make X``: make's own dry run says which commands X consists of. Of ``make demo`` the training is run, as below;
  ``make test`` is what is running.
- ``pip install X``: pip resolves and builds the metadata of X, but does not install it.
- ``pynn-sfdfa train``: one epoch (when resuming, a second one). MNIST is not part of the repository: the experiment
  runs as it is, on a few random images of its shape.
- ``pynn-sfdfa benchmark`` and ``reproduce``, ``python benchmarks/X.py``: only their ``--help``; what they do has tests
  of its own.
- ``pynn-sfdfa sweep X``: X is read, as a file of the repository, and must stand for several runs; none is made.
- ``python X_pynn.py nest``: on ``pynn_sfdfa.event``, which is always there, two samples; NEST has tests of its own.
- Everything else is run as it stands.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from pynn_sfdfa.campaign import sweep
from pynn_sfdfa.cli import main

ROOT = Path(__file__).parents[1]
NOT_HERE = ("mnist", "fashion-mnist", "emnist47")
"""Experiments whose data are not part of the repository or of its dependencies."""


def run(command):
    """Run one line of a bash block in the present folder and return what it prints; AssertionError if it fails."""
    program, *arguments = shlex.split(command, comments=True)
    return {"make": _make, "pip": _pip, "python": _python, "pynn-sfdfa": _pynn_sfdfa}[program](*arguments)


def _subprocess(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _make(target):
    recipe = _subprocess("make", "--no-print-directory", "--dry-run", target, folder=ROOT)
    if target == "demo":
        (training,) = re.findall(r"^\S*bin/(pynn-sfdfa train .*)$", recipe, re.MULTILINE)
        (picture,) = re.findall(r"^echo .* (\S+\.png)\"$", recipe, re.MULTILINE)
        printed = run(training)
        assert Path(picture).stat().st_size > 0
        return printed
    assert target == "test", f"There is no rule here for make {target}."
    for tool in ("ruff check", "ruff format", "mypy", "pytest"):
        assert re.search(rf"bin/{tool}\b", recipe), f"make test does not call {tool}:\n{recipe}"
    return recipe


def _pip(verb, what):
    assert verb == "install"
    path, extras = re.fullmatch(r"(\.)(?:\[(.*)\])?", what).groups()
    known = metadata.metadata("pynn-sfdfa").get_all("Provides-Extra")
    assert not extras or set(extras.split(",")) <= set(known)
    only_ours = ("--dry-run", "--ignore-installed", "--no-deps", "--no-index", "--no-build-isolation")
    printed = _subprocess(sys.executable, "-m", "pip", "install", *only_ours, path, folder=ROOT)
    assert "Would install pynn-sfdfa" in printed
    return printed


def _python(script, *arguments):
    if script.endswith("_pynn.py"):
        assert arguments == ("nest",)
        return _subprocess(sys.executable, script, "pynn_sfdfa.event", "--samples", "2", folder=Path.cwd())
    assert script.startswith("benchmarks/") and not arguments, f"There is no rule here for python {script}."
    return _subprocess(sys.executable, script, "--help", folder=ROOT)


def _pynn_sfdfa(command, *arguments):
    arguments = list(arguments)
    if command == "train":
        arguments += ["--epochs", "2" if "--resume" in arguments else "1"]
        if arguments[0] in NOT_HERE:
            arguments += ["--set", f"data.name=npz:{_random_images()}"]
    if command == "sweep":
        assert len(sweep.load(ROOT / arguments[0]).runs(Path("runs"))) > 1
    if command in ("benchmark", "reproduce", "sweep"):
        arguments += ["--help"]
    result = CliRunner().invoke(main, [command, *arguments])
    assert result.exit_code == 0, f"pynn-sfdfa {command} {shlex.join(arguments)}\n{result.output}"
    return result.output


def _random_images():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (120, 28, 28), dtype=np.uint8) * (rng.random((120, 28, 28)) < 0.2)
    labels = np.arange(120) % 10
    np.savez("random.npz", x_train=images[:100], y_train=labels[:100], x_test=images[100:], y_test=labels[100:])
    return "random.npz"
