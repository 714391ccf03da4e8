"""How long a sample of HM2-BP takes, beside the dense loops that it cannot do without.

``python benchmarks/hm2bp_speed.py [--data FOLDER] [--samples 2000] [--repetitions 5]`` trains ``mnist-hm2bp`` for a
while, as an untrained network fires several times as much, and then times epochs of some samples and the floor in turn:
the rows that arrive, forward and backward, one pass over the neurons each, and Adam. Training can be faster than the
floor's way back, for it takes the events of one unit together.
"""

from __future__ import annotations

import argparse
import json

from warmed_up import WarmedUp, figures, options

from pynn_sfdfa.benchmark.floor import Floor


def measure(given: argparse.Namespace) -> dict:
    """Return a report that JSON can hold; times in ms a sample."""
    warm = WarmedUp("mnist-hm2bp", given)
    cell, batch_size = warm.settings.network.hidden, warm.settings.training.batch_size
    floor = Floor(warm.spikes, warm.network.sizes, cell.tau_syn, cell.tau_m, batch_size, warm.trainer.threads)
    times = warm.times({"forward": floor.forward, "backward": floor.backward, "adam": floor.adam})
    return {
        **warm.setting(),
        "input_spikes": warm.spikes.times.size / warm.samples,
        "spikes_per_sample": warm.history.records[-1].spikes_per_sample,
        **figures(times),
    }


def main() -> None:
    """Print the report."""
    print(json.dumps(measure(options(__doc__).parse_args()), indent=2))


if __name__ == "__main__":
    main()
