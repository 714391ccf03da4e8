"""Start-up time and memory of the command line, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, clock

__all__ = ["CommandFailed", "measure_memory", "measure_start_up"]

_CALL = (sys.executable, "-c", "from pynn_sfdfa.cli import main; main()")


class CommandFailed(RuntimeError):
    """A command that was to be measured did not succeed; the message shows what it said."""


def run_command(*arguments: str) -> str:
    """Run ``pynn-sfdfa`` with these arguments and return its standard output."""
    done = subprocess.run([*_CALL, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"pynn-sfdfa {' '.join(arguments)} ended with status {done.returncode}: {done.stderr}")
    return done.stdout


def _measured(*arguments: str) -> tuple[float, float]:
    """Return the seconds that a command takes by the clock, and of processor time, its own children's included."""
    before = os.times()
    seconds = clock(lambda: run_command(*arguments))
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent


def measure_start_up(repetitions: int) -> dict[str, Any]:
    """Time ``--help``, and ``train digits --epochs 1`` once its code has been compiled and cached; in seconds.

    Processor time is told, too: on a busy machine the clock says how busy that is.

    Raises
    ------
    CommandFailed
        If one of the commands fails.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:

        def train(name: str) -> tuple[float, float]:
            return _measured("train", "digits", "--epochs", "1", "--out", str(Path(folder) / name))

        run_command("--help")
        taken = {
            "--help": [_measured("--help") for _ in range(repetitions)],
            "train digits --epochs 1, the first time": [train("first")],
            "train digits --epochs 1, again": [train(f"again-{k}") for k in range(repetitions)],
        }
    return {
        **_context(load),
        "seconds": {name: vars(Spread.of([seconds for seconds, _ in pairs])) for name, pairs in taken.items()},
        "processor_seconds": {name: vars(Spread.of([spent for _, spent in pairs])) for name, pairs in taken.items()},
    }


def measure_memory(data: Path | None) -> dict[str, Any]:
    """Train MNIST for an epoch and return the peak of its memory, in units of 10**6 bytes.

    Raises
    ------
    CommandFailed
        If training fails, as without MNIST.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        where = [] if data is None else ["--data", str(data)]
        run_command("train", "mnist", "--epochs", "1", "--out", folder, *where)
        summary = json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8"))
    return {**_context(load), "peak_rss_mb": summary["peak_rss_mb"]}


def _context(load: float) -> dict[str, Any]:
    warning = load_warning(load)
    machine = describe(len(os.sched_getaffinity(0))) | {"load_average": load}
    return {"machine": machine, "warnings": [warning] if warning else []}
