"""What more threads are worth, beside what more cores are: ``python benchmarks/threads.py [EXPERIMENT] [--data DIR]``.

An experiment, ``mnist`` if none is given, learns for a while. Then it learns the same samples with 1, 2, ... threads,
up to the cores there are, in turn with as many processes of one thread each that know nothing of each other. What
these gain is what the machine allows: cores that share a clock, caches or memory are slower together than one alone.
Printed besides is how long it takes, on this machine, until a thread that sleeps is awake and has answered, which is
time in which no trial is run.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from argparse import Namespace
from functools import partial
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from time import perf_counter

from warmed_up import WarmedUp, options

from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.experiments import config


def serve(orders: Connection, given: Namespace, threads: int) -> None:
    """Learn the samples whenever told to, until nobody can tell any more."""
    overrides = [*given.overrides, f"training.threads={threads}"]
    warm = WarmedUp(given.experiment, Namespace(**{**vars(given), "overrides": overrides}))
    try:
        while True:
            orders.send(None)
            orders.recv()
            warm.epoch()
    except (EOFError, OSError):
        return


def hired(given: Namespace, threads: int) -> Connection:
    """Start a process that learns with so many threads; return what it is told by."""
    context = multiprocessing.get_context("spawn")  # a fork has none of the threads of the process it is made of
    own, other = context.Pipe()
    context.Process(target=serve, args=(other, given, threads), daemon=True).start()
    other.close()
    try:
        own.recv()
    except EOFError:
        raise SystemExit("A process that was to learn has ended; above it says why.") from None
    return own


def together(workers: list[Connection]) -> float:
    """Let all learn at once; return the seconds until the last is done."""

    def learn() -> None:
        for worker in workers:
            worker.send(None)
        learning = list(workers)
        while learning:
            for done in wait(learning):
                done.recv()
                learning.remove(done)

    return clock(learn)


def waking(times: int = 500, apart: float = 1e-3) -> Spread:
    """Return the seconds from calling a thread that sleeps to hearing its answer, called that many seconds apart."""
    calls, answers = SimpleQueue[bool](), SimpleQueue[bool]()

    def answer() -> None:
        while calls.get():
            answers.put(True)

    def call() -> None:
        calls.put(True)
        answers.get()

    other = Thread(target=answer)
    other.start()
    seconds = []
    for _ in range(times):
        until = perf_counter() + apart
        while perf_counter() < until:  # the thread that works does not sleep, either
            pass
        seconds.append(clock(call))
    calls.put(False)
    other.join()
    return Spread.of(seconds)


def measure(given: Namespace) -> dict:
    """Return a report that JSON can hold; times in ms a sample, of as many samples as all processes learn."""
    load, cores, awake = os.getloadavg()[0], int(describe(1)["cores"]), waking()
    numbers = range(2, cores + 1)
    alone = [hired(given, 1) for _ in range(cores)]
    runs = {"1 thread": partial(together, alone[:1])}
    runs |= {f"{n} threads": partial(together, [hired(given, n)]) for n in numbers}
    runs |= {f"{n} processes": partial(together, alone[:n]) for n in numbers}
    seconds = alternate(runs, given.repetitions, lambda done: print(f"round {done}", file=sys.stderr))
    learned = {name: given.samples * (int(name.split()[0]) if "process" in name else 1) for name in runs}
    times = {name: [s / learned[name] for s in values] for name, values in seconds.items()}
    one = times.pop("1 thread")
    return {
        "machine": describe(cores) | {"load_average": load},
        "warnings": [warning for warning in [load_warning(load)] if warning],
        "experiment": given.experiment,
        "microseconds to wake a thread and hear it": vars(awake.scaled(1e6)),
        "ms_per_sample": {name: vars(Spread.of(each).scaled(1e3)) for name, each in {"1 thread": one, **times}.items()},
        "times as fast as 1 thread": {name: vars(ratio(one, each)) for name, each in times.items()},
    }


def main() -> None:
    """Print the report."""
    parser = options(__doc__)
    parser.add_argument("experiment", nargs="?", default="mnist")
    given = parser.parse_args()
    try:
        config.load(given.experiment, given.overrides)
    except config.ConfigError as error:
        parser.error(str(error))
    print(json.dumps(measure(given), indent=2))


if __name__ == "__main__":
    main()
