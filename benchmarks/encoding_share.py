"""What share of the work of training goes into drawing spikes when samples are shown.

python benchmarks/encoding_share.py EXPERIMENT [--data DIR] [--set KEY=VALUE] [--samples 2000] [--epochs 2]

The experiment's encoder is one that draws (`pynn_sfdfa.encoding.drawn`). The network learns for some epochs of the
first samples. Then three things are done in turn: an epoch of these samples, drawn as they are shown; the same epoch
with its spikes there beforehand; drawing alone. Times are medians of processor time, that of all threads together, on
which other programs of the machine have little influence.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.benchmark.timing import alternate, ratio
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.training.trainer import Trainer

REPETITIONS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that a call takes, of all threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def measured(trainer: Trainer, samples: Presentations, batch_size: int, epoch: int) -> dict[str, list[float]]:
    """Return seconds by name, of `REPETITIONS` rounds."""
    engine, saved = trainer._engine, checkpoint.Checkpoint(trainer._engine.state(), {})
    order = np.random.default_rng(1).permutation(len(samples))
    beforehand = presented(samples, np.arange(len(samples)), epoch)

    def trained(shown: Presentations) -> float:
        trainer.load(saved)
        return cpu_seconds(lambda: list(engine.train(shown, order, 0, epoch)))

    def drawn() -> float:
        batches = range(0, order.size, batch_size)
        return cpu_seconds(lambda: [samples.shown(order[start : start + batch_size], epoch) for start in batches])

    runs = {"shown": lambda: trained(samples), "beforehand": lambda: trained(beforehand), "drawn": drawn}
    return alternate(runs, REPETITIONS)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    settings = config.load(given.experiment, given.overrides)
    network, data = assembly.build(settings, given.data, sys.stderr)
    samples = data.train.select(np.arange(min(given.samples, len(data.train))))
    trainer = assembly.build_trainer(settings, network)
    trainer.fit(samples, epochs=given.epochs)
    seconds = measured(trainer, samples, settings.training.batch_size, given.epochs + 1)
    n = len(samples)
    spikes = presented(samples, np.arange(n), given.epochs + 1).times.size / n
    batch, threads = settings.training.batch_size, trainer.threads
    print(f"{settings.name}: {spikes:,.0f} spikes a sample, batches of {batch}, {threads} threads")
    for name, what in (
        ("shown", "training, drawn when shown"),
        ("beforehand", "training, drawn beforehand"),
        ("drawn", "drawing alone"),
    ):
        print(f"{what:28} {1e3 * np.median(seconds[name]) / n:8.4f} ms of processor time a sample")
    share = ratio(seconds["drawn"], seconds["shown"])
    print(f"{'share of drawing':28} {100 * share.median:8.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})")


if __name__ == "__main__":
    main()
