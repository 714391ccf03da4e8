"""How long a sample of a convolutional network takes, beside the loops over lanes that it cannot do without.

``python benchmarks/conv_speed.py [--experiment mnist-conv] [--data FOLDER] [--samples 2000] [--repetitions 5]`` trains
the experiment for a while, as an untrained network fires differently, and then times epochs of some samples, inference,
and the floor in turn: for every spike and every site that it reaches, one pass over the site's neurons forward, and two
backward (gradient, and error of the spike) in all layers but the first, which has no errors below.
"""

from __future__ import annotations

import argparse
import json
from functools import partial

import numpy as np
from warmed_up import WarmedUp, figures, options

from pynn_sfdfa.benchmark.timing import clock, ratio
from pynn_sfdfa.event.batch.lanes import STEP, load, scaled_plus, store
from pynn_sfdfa.event.batch.layers import Layers
from pynn_sfdfa.event.batch.pool import Pool, share_out
from pynn_sfdfa.event.batch.site_layout import layouts_of
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


def measure(given: argparse.Namespace) -> dict:
    """Return a report that JSON can hold; times in ms a sample."""
    warm = WarmedUp(given.experiment, given)
    fired = (warm.spikes.times.size / warm.samples, *warm.history.records[-1].spikes_per_sample[:-1])
    each = arrivals(warm.network, fired)
    rng, pool = np.random.default_rng(0), Pool(warm.trainer.threads)
    lists = [rng.integers(0, rows, n) for n, rows, _ in each]
    weights = [rng.random(rows * width, np.float32) for _, rows, width in each]

    def floor(layers: range) -> None:
        def part(of: slice) -> None:
            for layer in layers:
                A, B = np.zeros((2, each[layer][2]), np.float32)
                for _ in range(of.stop - of.start):
                    _pass(lists[layer], weights[layer], A, B)

        pool.run(partial(part, of) for of in share_out(warm.samples, 2 * warm.trainer.threads))

    every = range(len(each))
    times = warm.times(
        {
            "forward": lambda: clock(lambda: floor(every)),
            "gradient": lambda: clock(lambda: floor(every)),
            "errors": lambda: clock(lambda: floor(every[1:])),
        }
    )
    workspace = Layers(warm.network, 0, 1).workspace(warm.spikes, warm.settings.training.batch_size)
    return {
        **warm.setting(),
        "spikes_per_sample": [fired[0], *warm.history.records[-1].spikes_per_sample],
        "arrivals_per_sample": [n for n, _, _ in each],
        "bytes_per_sample": workspace.bytes_per_sample,
        "lane_events_per_sample": sum(n * width for n, _, width in each),
        **figures(times),
        "inference / floor forward": vars(ratio(times["inference"], times["floor forward"])),
    }


def main() -> None:
    """Print the report."""
    parser = options(__doc__)
    parser.add_argument("--experiment", default="mnist-conv")
    print(json.dumps(measure(parser.parse_args()), indent=2))


if __name__ == "__main__":
    main()
