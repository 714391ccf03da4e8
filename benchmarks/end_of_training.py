"""How fast is a training that has come to its end? ``python benchmarks/end_of_training.py RUN ... [--data DIR]``.

Goes on from the last checkpoint of each RUN, a folder of ``pynn-sfdfa train``, and prints the processor time of a
sample on one thread, of several passes the shortest and the longest. What a network fires, what its gradients are and
what the optimiser keeps is not as in the first epochs, which `pynn-sfdfa benchmark` measures. Also printed is how many
of the numbers that the optimiser has kept are subnormal, with which processors are slow. Nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import process_time

import numpy as np

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint


def subnormal(saved: checkpoint.Checkpoint) -> float:
    """Return which share of what the optimiser keeps of all synapses is smaller than numbers of full precision are."""
    kept = [
        np.abs(values) for name, values in saved.arrays.items() if name.startswith("optimizer.") and values.ndim > 1
    ]
    small = sum(int(((values > 0) & (values < np.finfo(np.float32).tiny)).sum()) for values in kept)
    return small / max(1, sum(values.size for values in kept))


def milliseconds(run: Path, saved: checkpoint.Checkpoint, data: Path | None, samples: int, passes: int) -> list[float]:
    """Return what a sample takes in each pass, ms; the first, in which everything is new, does not count."""
    settings = config.load(str(run / "config.toml"), ["training.threads=1", "training.first_batch_sizes=[]"])
    network, sets = assembly.build(settings, data, sys.stderr)
    train = sets.train.select(np.arange(min(samples, len(sets.train))))
    trainer = assembly.build_trainer(settings, network)
    trainer.load(saved)
    times = []
    for epoch in range(1, passes + 2):
        begin = process_time()
        trainer.fit(train, epochs=epoch)
        times.append(1000 * (process_time() - begin) / len(train))
    return times[1:]


def main() -> None:
    """Print a line for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    for run in options.runs:
        try:
            saved = checkpoint.load(run / "last.safetensors")
            times = milliseconds(run, saved, options.data, options.samples, options.passes)
        except (config.ConfigError, checkpoint.CheckpointError, DatasetError) as error:
            parser.error(str(error))
        took = f"{min(times):.4f} to {max(times):.4f} ms a sample"
        print(f"{run.name}: {took}; {subnormal(saved):.1%} of what the optimiser keeps is subnormal", flush=True)


if __name__ == "__main__":
    main()
