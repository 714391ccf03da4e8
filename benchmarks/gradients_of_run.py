"""How near do the gradients of a finished run come? ``python benchmarks/gradients_of_run.py RUN ... [--data DIR]``.

For the best and the last weights of runs of an estimating rule, layer by layer from the lowest up: the cosine of the
gradient with exact backpropagation's, of the loss alone on test samples that take no further part; the cosine of the
feedback with what it stands for; and, where it comes from the next layer, how many times the weights it is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from layer_wise import size

from pynn_sfdfa.datasets import DatasetError
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.gradients import GradientAlignment
from pynn_sfdfa.training.metrics import feedback_alignment

HEADINGS = ("run", "weights", "cosine of gradients", "of feedback", "its size")


def lines(run: Path, samples: int, data: Path | None) -> list[tuple[str, ...]]:
    """Return the cells of a run, for its best and its last weights."""
    settings = config.load(run / "config.toml")
    network, parts = assembly.build(settings, data, sys.stderr)
    rule = settings.rule.build()
    probe = GradientAlignment(network, rule, settings.loss.build(), parts.test.select(np.arange(samples)))
    found = []
    for which in ("best", "last"):
        network.restore(checkpoint.load(run / f"{which}.safetensors").arrays)
        measured, layer_wise = probe.measure(network.weights, network.feedback), rule.parts.transport.layer_wise
        paths = network.paths(network.weights, layer_wise)
        gradients = [measured[f"gradient_cosine_{layer}"] for layer in range(1, len(network.weights))]
        sizes = [size(own, path) for own, path in zip(network.feedback, paths[1:], strict=True)] if layer_wise else []
        figures = (gradients, feedback_alignment(paths, network.feedback, layer_wise), sizes)
        found.append((run.name, which, *(" ".join(f"{value:.2f}" for value in values) for values in figures)))
    return found


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=500)
    given = parser.parse_args()
    table = [HEADINGS, ("---", "---", *["---:"] * 3)]
    for run in given.runs:
        try:
            table += lines(run, given.samples, given.data)
        except (config.ConfigError, checkpoint.CheckpointError, DatasetError) as error:
            parser.error(str(error))
    print("".join(f"| {' | '.join(cells)} |\n" for cells in table), end="")


if __name__ == "__main__":
    main()
