"""A network that has learned for a while, as an untrained one fires differently, and the time that a sample takes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config

Times = dict[str, list[float]]
"""s a sample, by what takes them."""


def options(what: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=10_000, help="samples that are learned before")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides")
    return parser


class WarmedUp:
    """A network that has learned, and the samples that it is timed with."""

    def __init__(self, experiment: str, given: argparse.Namespace):
        self.samples, self.repetitions = given.samples, given.repetitions
        self.settings = config.load(experiment, given.overrides)
        self.network, data = assembly.build(self.settings, given.data, sys.stderr)
        self.train, self.test = (part.select(np.arange(self.samples)) for part in (data.train, data.test))
        self.trainer = assembly.build_trainer(self.settings, self.network)
        self.history = self.trainer.fit(data.train.select(np.arange(given.warm_up)), epochs=1)
        self.spikes = presented(self.train, np.arange(self.samples))

    def times(self, floor: dict[str, Callable[[], float]]) -> Times:
        """Time an epoch, inference and the parts of a floor in turn, each of which returns its seconds."""
        runs = {
            "training": self.epoch,
            "inference": lambda: clock(lambda: self.trainer.evaluate(self.test)),
            **{f"floor {part}": run for part, run in floor.items()},
        }
        total = self.repetitions + 1
        taken = alternate(runs, self.repetitions, lambda done: print(f"round {done} of {total}", file=sys.stderr))
        times = {name: [s / self.samples for s in seconds] for name, seconds in taken.items()}
        times["floor"] = [sum(parts) for parts in zip(*(times[f"floor {part}"] for part in floor), strict=True)]
        return times

    def epoch(self) -> float:
        """Learn the samples once more; return the seconds that it took."""
        return self.trainer.fit(self.train, epochs=len(self.history.records) + 1).records[-1].seconds

    def setting(self) -> dict:
        """Return what the times belong to, as JSON can hold it."""
        load = os.getloadavg()[0]
        return {
            "machine": describe(self.trainer.threads) | {"load_average": load},
            "warnings": [warning for warning in [load_warning(load)] if warning],
            "settings": self.settings.settings(),
        }


def figures(times: Times) -> dict:
    """Return times in ms a sample, and training beside its floor, as JSON can hold it."""
    return {
        "ms_per_sample": {name: vars(Spread.of(values).scaled(1e3)) for name, values in times.items()},
        "training / floor": vars(ratio(times["training"], times["floor"])),
    }
