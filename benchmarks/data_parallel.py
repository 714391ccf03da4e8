"""What a second worker gains where batches are shared out.

``python benchmarks/data_parallel.py --set rules.bp.rho=0 [EXPERIMENT] [--data FOLDER] [--batch-size 200]
[--batches 9]`` trains (``mnist-conv``, whose regularisation of rates is over whole batches, so that it is off) with one
worker and with two, each pinned to a core of its own, a batch by turns, so that whatever else the machine does strikes
both alike. It prints how long batches took, and how long they would take on a machine with nothing else to do: the
processor time of this process and, beside it, of the worker that was busy longest.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa.campaign import data_parallel
from pynn_sfdfa.campaign.cluster import local_cluster
from pynn_sfdfa.commands.spread import SHARDS
from pynn_sfdfa.experiments import assembly, config

_WARM_UP = 2  # batches


def _pin(core: int) -> None:
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="mnist-conv")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--batch-size", type=int, default=200)
    parser.add_argument("--batches", type=int, default=9)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting; repeatable")
    given = parser.parse_args()
    settings = config.load(given.experiment, [f"training.batch_size={given.batch_size}", *given.set])
    network, samples = assembly.build(settings, given.data, sys.stderr)
    made = {"rule": settings.rule.build(), "optimizer": settings.optimizer.build(), "loss": settings.loss.build()}
    numbers = (1, 2)
    walls: dict[int, list[float]] = {n: [] for n in numbers}
    busy: dict[int, list[float]] = {n: [] for n in numbers}
    with ExitStack() as stack:
        clients, epochs = {}, {}
        order = np.arange(given.batch_size * (given.batches + _WARM_UP))
        for n in numbers:
            clients[n] = stack.enter_context(local_cluster(n))
            for core, address in enumerate(clients[n].scheduler_info()["workers"]):
                clients[n].run(_pin, core, workers=[address])
            workers = data_parallel.Spread(clients[n], 1, io.StringIO())
            engine = sim.sharded_training_engine(
                network, **made, batch_size=given.batch_size, threads=1, shards=SHARDS, workers=workers.begin
            )
            epochs[n] = engine.train(samples.train, order, 0)
        for batch in range(given.batches + _WARM_UP):
            for n in numbers:
                before = clients[n].run(time.process_time)
                wall, own = time.perf_counter(), time.process_time()
                next(epochs[n])
                wall, own = time.perf_counter() - wall, time.process_time() - own
                after = clients[n].run(time.process_time)
                if batch >= _WARM_UP:
                    walls[n].append(wall)
                    busy[n].append(own + max(after[worker] - before[worker] for worker in before))
    sizes = sum(weights.nbytes for weights in network.weights)
    print(f"{settings.name}, batches of {given.batch_size}, {sizes / 1e6:.2f} MB of weights, {given.batches} batches")
    print("workers   ms a batch   ms on an idle machine")
    for n in numbers:
        print(f"{n:7}   {1e3 * statistics.median(walls[n]):10.0f}   {1e3 * statistics.median(busy[n]):21.0f}")
    paired = statistics.median(one / two for one, two in zip(walls[1], walls[2], strict=True))
    idle = statistics.median(busy[1]) / statistics.median(busy[2])
    print(f"two workers are {paired:.2f} times as fast as one (median of pairs); {idle:.2f} times on an idle machine")


if __name__ == "__main__":
    main()
