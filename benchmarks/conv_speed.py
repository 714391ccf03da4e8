"""How long a sample of a convolutional network takes, beside the loops over lanes that it cannot do without.

``python benchmarks/conv_speed.py [--experiment mnist-conv] [--data FOLDER] [--samples 2000] [--repetitions 5]`` trains
the experiment for a while, as an untrained network fires differently, and then times epochs of some samples, inference,
and the floor in turn: for every spike and every site that it reaches, one pass over the site's neurons forward, and two
backward (gradient, and error of the spike) in all layers but the first, which has no errors below.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np

from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.timing import Spread, alternate, clock, ratio
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.event.batch.lanes import STEP, load, scaled_plus, store
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.pool import Pool, share_out
from pynn_sfdfa.event.batch.site_layout import layouts_of
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support.jit import FLOAT_FLAGS, jit


@jit(nogil=True, fastmath=FLOAT_FLAGS)
def _pass(rows: np.ndarray, weights: np.ndarray, A: np.ndarray, B: np.ndarray) -> None:
    """Take a row of weights for each arrival, as a kernel without anything else to do would."""
    width, keep_A, keep_B = np.uint64(A.size), np.float32(0.99), np.float32(0.98)
    for k in range(np.uint64(rows.size)):
        row = np.uint64(rows[k]) * width
        for lane in range(np.uint64(0), width, STEP):
            w = load(weights, row + lane)
            store(A, lane, scaled_plus(load(A, lane), keep_A, w))
            store(B, lane, scaled_plus(load(B, lane), keep_B, w))


def arrivals(network, spikes: tuple[float, ...]) -> list[tuple[int, int, int]]:
    """Return (arrivals a sample, rows of the weights, lanes) of each layer, if spikes are spread evenly."""
    found = []
    for layout, below in zip(layouts_of(network), spikes, strict=True):
        offsets, sites, _ = layout.arrivals
        found.append((round(below * sites.size / (offsets.size - 1)), layout.rows, layout.width))
    return found


def measure(experiment: str, folder: Path | None, samples: int, warm_up: int, repetitions: int, overrides: list[str]):
    """Return a report that JSON can hold; times in ms a sample."""
    settings = config.load(experiment, overrides)
    network, data = assembly.build(settings, folder, sys.stderr)
    train, test = data.train.select(np.arange(samples)), data.test.select(np.arange(samples))
    trainer = assembly.build_trainer(settings, network)
    history = trainer.fit(data.train.select(np.arange(warm_up)), epochs=1)
    spikes = presented(train, np.arange(samples))
    fired = (spikes.times.size / samples, *history.records[-1].spikes_per_sample[:-1])
    each = arrivals(network, fired)
    rng, pool = np.random.default_rng(0), Pool(trainer.threads)
    lists = [rng.integers(0, rows, n) for n, rows, _ in each]
    weights = [rng.random(rows * width, np.float32) for _, rows, width in each]

    def floor(layers: range) -> None:
        def part(of: slice) -> None:
            for layer in layers:
                A, B = np.zeros((2, each[layer][2]), np.float32)
                for _ in range(of.stop - of.start):
                    _pass(lists[layer], weights[layer], A, B)

        pool.run(partial(part, of) for of in share_out(samples, 2 * trainer.threads))

    every = range(len(each))
    runs = {
        "training": lambda: trainer.fit(train, epochs=len(history.records) + 1).records[-1].seconds,
        "inference": lambda: clock(lambda: trainer.evaluate(test)),
        "floor forward": lambda: clock(lambda: floor(every)),
        "floor gradient": lambda: clock(lambda: floor(every)),
        "floor errors": lambda: clock(lambda: floor(every[1:])),
    }
    taken = alternate(runs, repetitions, lambda done: print(f"round {done} of {repetitions + 1}", file=sys.stderr))
    times = {name: [s / samples for s in seconds] for name, seconds in taken.items()}
    parts = [name for name in times if name.startswith("floor")]
    times["floor"] = [sum(one) for one in zip(*(times[name] for name in parts), strict=True)]
    load = os.getloadavg()[0]
    return {
        "machine": describe(trainer.threads) | {"load_average": load},
        "warnings": [warning for warning in [load_warning(load)] if warning],
        "settings": settings.settings(),
        "spikes_per_sample": [fired[0], *history.records[-1].spikes_per_sample],
        "arrivals_per_sample": [n for n, _, _ in each],
        "bytes_per_sample": Layers(network, 0, 1).workspace(spikes, settings.training.batch_size).bytes_per_sample,
        "lane_events_per_sample": sum(n * width for n, _, width in each),
        "ms_per_sample": {name: vars(Spread.of(values).scaled(1e3)) for name, values in times.items()},
        "training / floor": vars(ratio(times["training"], times["floor"])),
        "inference / floor forward": vars(ratio(times["inference"], times["floor forward"])),
    }


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", default="mnist-conv")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=10_000, help="samples that are learned before")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides")
    given = parser.parse_args()
    report = measure(given.experiment, given.data, given.samples, given.warm_up, given.repetitions, given.overrides)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
