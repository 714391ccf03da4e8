"""Runs commands on a disk that fails at one call after the other; a process of its own, with ``faults.c`` loaded.

Its last line is a list in JSON with a report of each scenario: how many calls failed, and every wrong answer.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import nir
from faults.commands import (
    OLD,
    SWEEP,
    check_whole,
    draw_nothing,
    invoke,
    leftovers,
    results,
    resumed,
    train,
    write_inputs,
)
from faults.disk import Disk

WAYS = ((errno.ENOSPC, True), (errno.EACCES, False), (errno.EIO, False))
"""What goes wrong, and whether for good."""


class Train:
    """A run of two epochs into a new folder; given again, it ends as one that nothing disturbed."""

    def __init__(self, inputs):
        self.inputs = inputs

    def prepare(self, folder):
        """Write what the command starts from."""

    def words(self, folder):
        """The command."""
        return train(self.inputs, folder / "run", 2)

    def again(self, folder):
        """The command that goes on."""
        return resumed(self.words(folder), folder / "run")

    def outcome(self, folder):
        """What is there in the end."""
        return results(folder / "run")


class Resume(Train):
    """The second epoch of a run that has a first one."""

    def prepare(self, folder):
        assert invoke(train(self.inputs, folder / "run", 1)).exit_code == 0

    def words(self, folder):
        return resumed(super().words(folder), folder / "run")


class Export(Train):
    """A checkpoint as a NIR graph, in place of an older file."""

    def prepare(self, folder):
        Resume.prepare(self, folder)
        (folder / "net.nir").write_bytes(OLD)

    def words(self, folder):
        return ["export", folder / "run" / "best.safetensors", "--format", "nir", "--out", folder / "net.nir"]

    again = words

    def outcome(self, folder):
        return {name: node.weight.tobytes() for name, node in nir.read(folder / "net.nir").nodes.items() if "w" in name}


class Simulate(Export):
    """The picture of one sample."""

    def words(self, folder):
        return ["simulate", folder / "run" / "best.safetensors", "--sample", 0, "--out", folder / "sample.png"]

    again = words

    def outcome(self, folder):
        return len((folder / "sample.png").read_bytes()) > 0


class Sweep(Train):
    """Two runs, their table and their picture."""

    def words(self, folder):
        return ["sweep", self.inputs / SWEEP, "--workers", 1, "--out", folder / "sweep"]

    again = words

    def outcome(self, folder):
        runs = sorted(path.parent for path in (folder / "sweep").glob("*/summary.json"))
        assert len(runs) == 2
        assert (folder / "sweep" / "table.csv").exists() and (folder / "sweep" / "sweep.png").exists()
        return [results(run) for run in runs]


SCENARIOS = {"train": Train, "resume": Resume, "export": Export, "simulate": Simulate, "sweep": Sweep}


def problems(disk, scenario, folder, before, wanted, disturb, reason):
    """Run a command on a disk that is disturbed, and once more on one that works; return what is wrong, or None.

    ``wanted`` is the outcome without a disturbance; None if there shall be no second run.
    """
    shutil.copytree(before, folder)
    words = scenario.words(folder)
    disturb()
    try:
        done = invoke(words)
    finally:
        disk.works_again()
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    if done.exit_code != 1 or len(errors) != 1 or reason not in errors[0] or "Traceback" in done.output:
        return f"exit status {done.exit_code}, {done.output[-300:]!r}"
    if leftovers(folder):
        return f"left behind: {leftovers(folder)}"
    check_whole(folder)
    if wanted is None:
        return None
    done = invoke(scenario.again(folder))
    if done.exit_code != 0:
        return f"given again: exit status {done.exit_code}, {done.output[-300:]!r}"
    return None if scenario.outcome(folder) == wanted else "given again: another outcome"


def every_call(disk, scenario, work, before, wanted, *, step, again, in_turn):
    """Let every ``step``-th call fail in each of the ways, or in one of them in turn.

    Every ``again``-th of these commands is given once more.
    """
    plain, folder = work / "counted", work / "disturbed"
    shutil.copytree(before, plain)
    words = scenario.words(plain)
    disk.fail(plain, 0, 0, False)
    assert invoke(words).exit_code == 0
    calls = disk.calls
    disk.works_again()
    cases = [(call, way) for call in range(1, calls + 1, step) for way in ([WAYS[call % 3]] if in_turn else WAYS)]
    found = []
    for n, (call, (number, for_good)) in enumerate(cases):
        disturb = functools.partial(disk.fail, folder, call, number, for_good)
        expected = wanted if n % again == 0 else None
        wrong = problems(disk, scenario, folder, before, expected, disturb, os.strerror(number))
        if wrong is not None:
            found.append(f"{os.strerror(number)} at call {call}, {disk.last}: {wrong}".replace(str(folder), ""))
        shutil.rmtree(folder)
    return {"calls": calls, "failed": len(cases), "wrong": found}


def small(disk, scenario, work, before, wanted, *, size):
    """Let the command run on a disk of that many bytes, which are fewer than it needs."""
    folder = work / "small"
    disturb = functools.partial(disk.limit, folder, size)
    wrong = problems(disk, scenario, folder, before, wanted, disturb, os.strerror(errno.ENOSPC))
    return {"wrong": [] if wrong is None else [wrong]}


def reported(disk, name, options):
    """Run one scenario; return the report."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary).resolve()
        write_inputs(work)
        scenario = SCENARIOS[name](work)
        before, undisturbed = work / "before", work / "undisturbed"
        before.mkdir()
        scenario.prepare(before)
        shutil.copytree(before, undisturbed)
        assert invoke(scenario.words(undisturbed)).exit_code == 0
        run = small if "size" in options else every_call
        return run(disk, scenario, work, before, scenario.outcome(undisturbed), **options)


def main(library, scenarios):
    """Print the reports."""
    draw_nothing()
    disk = Disk(library)
    print(json.dumps([reported(disk, name, options) for name, options in scenarios]))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
