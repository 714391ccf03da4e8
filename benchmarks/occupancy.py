"""When do the threads of a training work? ``python benchmarks/occupancy.py [EXPERIMENT] [--data DIR] [--threads N]``.

An experiment, ``mnist`` if none is given, learns for a while. Then it learns some samples over and over, and each task
that is shared out among threads is timed. Printed are, in ms of a batch, for trials, gradients and whatever else is
shared out: how long that lasted, and how long 0, 1, 2, ... threads were at work meanwhile; and what lies between them,
where a single thread runs Python. A thread is at work from the beginning of a task to its end, also while it waits for
the interpreter there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from unittest.mock import patch

import numpy as np
from warmed_up import WarmedUp, options

from pynn_sfdfa.benchmark.machine import describe
from pynn_sfdfa.event.batch.pool import Pool
from pynn_sfdfa.experiments import config

Task = Callable[[], object]
Interval = tuple[float, float]


class Shared:
    """What was shared out at once: when, and when each of its tasks ran."""

    def __init__(self, of: str) -> None:
        self.of, self.tasks, self.begin, self.end = of, list[Interval](), perf_counter(), 0.0

    def timed(self, task: Task) -> Task:
        """Return a task that notes when it runs."""

        def run() -> None:
            begin = perf_counter()
            task()
            self.tasks.append((begin, perf_counter()))

        return run

    def at_work(self, most: int) -> list[float]:
        """Return for how many seconds 0, 1, ... threads were at work."""
        seconds = [0.0] * (most + 1)
        changes = sorted([(begin, 1) for begin, _ in self.tasks] + [(end, -1) for _, end in self.tasks])
        working, before = 0, self.begin
        for when, change in [*changes, (self.end, 0)]:
            seconds[working] += when - before
            working, before = working + change, when
        return seconds


@contextmanager
def recorded() -> Iterator[list[Shared]]:
    """Note everything that pools share out."""
    found: list[Shared] = []
    run = Pool.run

    def noted(self: Pool, tasks: Iterable[Task], of: str = "") -> None:
        shared = Shared(of or "unnamed")
        run(self, [shared.timed(task) for task in tasks], of)
        shared.end = perf_counter()
        found.append(shared)

    with patch.object(Pool, "run", noted):
        yield found


def of_epoch(warm: WarmedUp, threads: int) -> dict[str, list[float]]:
    """Return ms of a batch in an epoch: for each kind of work by threads at work, and what lies ``between``."""
    with recorded() as found:
        warm.epoch()
    batches = -(-warm.samples // warm.settings.training.batch_sizes.at(1))
    seconds: dict[str, list[float]] = defaultdict(lambda: [0.0] * (threads + 1))
    for shared in found:
        seconds[shared.of] = [a + b for a, b in zip(seconds[shared.of], shared.at_work(threads), strict=True)]
    inside = sum(sum(each) for each in seconds.values())
    seconds["between"] = [found[-1].end - found[0].begin - inside]
    return {of: [1e3 * s / batches for s in each] for of, each in seconds.items()}


def main() -> None:
    """Print the report, medians over the repetitions."""
    parser = options(__doc__)
    parser.add_argument("experiment", nargs="?", default="mnist")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    given.overrides = [*given.overrides, f"training.threads={given.threads}"]
    try:
        config.load(given.experiment, given.overrides)
    except config.ConfigError as error:
        parser.error(str(error))
    warm = WarmedUp(given.experiment, given)
    warm.epoch()
    epochs = [of_epoch(warm, given.threads) for _ in range(given.repetitions)]
    none = [0.0] * (given.threads + 1)  # what few batches need may be missing
    kinds = dict.fromkeys(of for epoch in epochs for of in epoch)
    medians = {of: np.median([epoch.get(of, none) for epoch in epochs], axis=0) for of in kinds}
    between = float(medians.pop("between")[0])
    report = {
        "machine": describe(given.threads),
        "experiment": given.experiment,
        "ms of a batch": between + sum(float(each.sum()) for each in medians.values()),
        "ms between": between,
        "ms in which so many threads are at work": {
            of: {str(working): float(ms) for working, ms in enumerate(each)} for of, each in medians.items()
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
