"""How the time of a sample grows with the hidden layer: MNIST, 784-N-10, batches of 50, published settings.

``python benchmarks/growth.py [--data FOLDER] [--hidden 200 800 3200 12800] [--samples 500] [--repetitions 5]`` trains
each network for a while, as an untrained one fires several times as much, and then times batches of all of them in
turn. What counts is processor time, of all threads: others on the machine change it little.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pynn_sfdfa.benchmark.task import Task, prepare
from pynn_sfdfa.benchmark.timing import Spread, alternate, ratio


def batches(task: Task, samples: int) -> tuple[Callable[[], float], tuple[float, ...]]:
    """Return what learns so many samples and says how long that took, and how many spikes a sample has, by layer."""
    trainer = task.batch_trainer()
    record = trainer.fit(task.train, epochs=1).records[-1]
    engine, done = trainer._engine, len(task.train)

    def learn() -> float:
        nonlocal done
        started = time.process_time()
        for figures in engine.train(task.train, np.arange(samples), done):
            done += figures.samples
        return time.process_time() - started

    return learn, record.spikes_per_sample


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--hidden", type=int, nargs="+", default=[200, 800, 3200, 12800])
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--warm-up", type=int, default=2000, help="samples that are learned before")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    runs, spikes = {}, {}
    for hidden in given.hidden:
        sizes = [f"network.hidden_sizes=[{hidden}]"]
        task = prepare(given.data, max(given.warm_up, given.samples), 1, given.threads, sizes)
        runs[hidden], spikes[hidden] = batches(task, given.samples)
    taken = alternate(runs, given.repetitions, lambda done: print(f"round {done}", file=sys.stderr))
    print(
        f"784-N-10, {given.threads or 'all'} threads, processor time: median (range), and times what is above it takes"
    )
    above = None
    for hidden, seconds in taken.items():
        each = Spread.of(seconds).scaled(1e3 / given.samples)
        more = "" if above is None else f"  {ratio(seconds, above).median:.2f} times"
        own = " + ".join(f"{n:.0f}" for n in spikes[hidden])
        print(f"{hidden:>6}  {each.median:.3f} ms/sample ({each.low:.3f} to {each.high:.3f}), {own} spikes{more}")
        above = seconds


if __name__ == "__main__":
    main()
