"""Run a folder of scripts for sPyNNaker, as they are, on the emulated board, and say what became of each.

python benchmarks/emulated_examples.py FOLDER [--patience 300] [--match 'stdp*']

Each script runs in its own folder and in a process of its own; windows that would show pictures are not opened. It

- *ran* if it came to its end,
- was *refused* if it wants what the emulated board says it does not have,
- is *slow* if it was not done in time, and then stopped,
- is *wrong* if it ended with an error: its own, sPyNNaker's, or one of the emulated board.

The last line that says why is printed beside it. Files whose names begin with an underscore or test are not scripts.
"""

from __future__ import annotations

import argparse
import collections
import fnmatch
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

RAN, REFUSED, SLOW, WRONG = "ran", "refused", "slow", "wrong"
_WRONG_USE = 2
"""Exit status of ``pynn-sfdfa spinnaker run`` after a refusal."""


class Outcome(NamedTuple):
    """What became of a script, in how many seconds, and why."""

    script: Path
    what: str
    seconds: float
    why: str


def scripts(folder: Path, pattern: str) -> list[Path]:
    """Return the scripts in a folder and those below it."""
    return sorted(
        file
        for file in folder.rglob("*.py")
        if not file.name.startswith(("_", "test")) and fnmatch.fnmatch(file.name, pattern)
    )


def run(script: Path, patience: float) -> Outcome:
    """Run a script until it ends or patience does."""
    command = [sys.executable, "-m", "pynn_sfdfa", "spinnaker", "run", script.name, "--board", "emulated"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=script.parent,
        env=os.environ | {"MPLBACKEND": "Agg"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,  # so that what the script has started ends with it, at the priority of this process
    )
    try:
        output, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome(script, SLOW, patience, "")
    what = {0: RAN, _WRONG_USE: REFUSED}.get(process.returncode, WRONG)
    lines = [line for line in output.splitlines() if line.strip()] or [f"exit status {process.returncode}"]
    return Outcome(script, what, time.perf_counter() - started, "" if what == RAN else lines[-1].strip())


def main() -> None:
    """Run all, and print a line for each as it ends, then how many became what."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds for each script (300)")
    parser.add_argument("--match", default="*", help="only files with such names")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"{arguments.folder} is no folder")
    found = scripts(arguments.folder, arguments.match)
    if not found:
        parser.error(f"there is no script in {arguments.folder} whose name is like {arguments.match}")
    counts: collections.Counter[str] = collections.Counter()
    for script in found:
        outcome = run(script, arguments.patience)
        counts[outcome.what] += 1
        name = outcome.script.relative_to(arguments.folder)
        print(
            f"{outcome.what:8} {outcome.seconds:6.1f} s  {name}{f'  {outcome.why}' if outcome.why else ''}", flush=True
        )
    print(f"{len(found)} scripts: " + ", ".join(f"{counts[what]} {what}" for what in (RAN, REFUSED, SLOW, WRONG)))


if __name__ == "__main__":
    main()
