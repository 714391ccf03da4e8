"""Run many cases of every door on all cores and print what came of them; with DOOR and NUMBER, one case.

``FUZZ_CASES`` says how many in all.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing import check, check_process, doors

CASES = 100_000
AT_A_TIME = 200
AS_PROCESSES = 20
BETWEEN_LINES = 10.0  # s


def run(part: tuple[str, int, int, bool]) -> tuple[str, Counter[str], float, list[str]]:
    """Return the endings of some cases of a door, the longest time that one took, and what failed."""
    name, first, last, as_process = part
    door, endings, slowest, failures = doors()[name], Counter[str](), 0.0, []
    for number in range(first, last):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            try:
                endings[(check_process if as_process else check)(door, number, Path(folder))] += 1
            except AssertionError as error:
                endings["FAULT"] += 1
                failures.append(str(error))
            slowest = max(slowest, time.perf_counter() - started)
    return f"{name} as processes" if as_process else name, endings, slowest, failures


def main() -> int:
    """Print a line a door; return 1 if a case failed."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # what is printed is hostile, too
    if len(sys.argv) == 3:
        _, endings, slowest, failures = run((sys.argv[1], int(sys.argv[2]), int(sys.argv[2]) + 1, False))
        print(f"{', '.join(endings)} after {slowest:.2f} s", *failures, sep="\n")
        return bool(failures)
    cases = int(os.environ.get("FUZZ_CASES", CASES)) // len(doors())
    parts = [(name, at, min(at + AT_A_TIME, cases), False) for name in doors() for at in range(0, cases, AT_A_TIME)]
    parts += [(name, 0, min(AS_PROCESSES, cases), True) for name in doors()]
    totals: dict[str, Counter[str]] = {}
    slowest: dict[str, float] = {}
    started, failed = time.perf_counter(), 0
    said, done = started, 0
    with multiprocessing.get_context("spawn").Pool() as pool:
        for name, endings, seconds, failures in pool.imap(run, parts):
            totals.setdefault(name, Counter()).update(endings)
            slowest[name] = max(slowest.get(name, 0.0), seconds)
            failed += len(failures)
            for failure in failures[:10]:
                print(failure, flush=True)
            done += endings.total()
            if time.perf_counter() - said > BETWEEN_LINES:
                said = time.perf_counter()
                print(f"{done:,} cases after {said - started:.0f} s, now {name}", file=sys.stderr, flush=True)
    for name, endings in totals.items():
        ends = ", ".join(f"{ending} {count:,}" for ending, count in endings.most_common())
        print(f"{name}: {endings.total():,} cases, slowest {slowest[name]:.2f} s: {ends}")
    total = sum(endings.total() for endings in totals.values())
    print(f"{total:,} cases in {time.perf_counter() - started:.0f} s, {failed} faults")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
