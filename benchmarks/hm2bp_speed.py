"""How long a sample of HM2-BP takes, beside the dense loops that it cannot do without.

``python benchmarks/hm2bp_speed.py [--data FOLDER] [--samples 2000] [--repetitions 5]`` trains ``mnist-hm2bp`` for a
while, as an untrained network fires several times as much, and then times epochs of some samples and the floor in turn:
the rows that arrive, forward and backward, one pass over the neurons each, and Adam. Training can be faster than the
floor's way back, for it takes the events of one unit together.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

from pynn_sfdfa.benchmark.floor import Floor
from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config

FLOOR = ("forward", "backward", "adam")


def measure(folder: Path | None, samples: int, warm_up: int, repetitions: int, overrides: list[str]) -> dict:
    """Return a report that JSON can hold; times in ms a sample."""
    settings = config.load("mnist-hm2bp", overrides)
    network, data = assembly.build(settings, folder, sys.stderr)
    train, test = data.train.select(np.arange(samples)), data.test.select(np.arange(samples))
    trainer = assembly.build_trainer(settings, network)
    history = trainer.fit(data.train.select(np.arange(warm_up)), epochs=1)
    spikes = presented(train, np.arange(samples))
    cell, batch_size = settings.network.hidden, settings.training.batch_size
    floor = Floor(spikes, network.sizes, cell.tau_syn, cell.tau_m, batch_size, trainer.threads)
    runs = {
        "training": lambda: trainer.fit(train, epochs=len(history.records) + 1).records[-1].seconds,
        "inference": lambda: clock(lambda: trainer.evaluate(test)),
        **{f"floor {part}": getattr(floor, part) for part in FLOOR},
    }
    taken = alternate(runs, repetitions, lambda done: print(f"round {done} of {repetitions + 1}", file=sys.stderr))
    each = {name: [s / samples for s in seconds] for name, seconds in taken.items()}
    each["floor"] = [sum(parts) for parts in zip(*(each[f"floor {part}"] for part in FLOOR), strict=True)]
    load = os.getloadavg()[0]
    return {
        "machine": describe(trainer.threads) | {"load_average": load},
        "warnings": [warning for warning in [load_warning(load)] if warning],
        "settings": settings.settings(),
        "input_spikes": spikes.times.size / samples,
        "spikes_per_sample": history.records[-1].spikes_per_sample,
        "ms_per_sample": {name: vars(Spread.of(values).scaled(1e3)) for name, values in each.items()},
        "training / floor": vars(ratio(each["training"], each["floor"])),
    }


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=10_000, help="samples that are learned before")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides")
    given = parser.parse_args()
    report = measure(given.data, given.samples, given.warm_up, given.repetitions, given.overrides)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
