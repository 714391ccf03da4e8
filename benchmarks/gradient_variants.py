"""What would bring SFDFA's gradient nearer to the exact one, in trained networks; nothing is trained here.

python benchmarks/gradient_variants.py RUN [RUN ...] --data DIR > benchmarks/results/gradient_variants.md

A RUN is a folder of `pynn-sfdfa train`; its last weights and feedback are taken. One with the rule bp has no feedback:
there the product of the weights stands for it alone.
"""

from __future__ import annotations

import argparse
import sys
from functools import reduce
from pathlib import Path

import numpy as np

from pynn_sfdfa import SFDFA
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.training.gradients import GradientAlignment

SAMPLES = 300
VARIANTS = {
    "published": SFDFA(),
    "`timed`": SFDFA(timed=True),
}


def rows(run: Path, data: Path | None) -> list[tuple[str, ...]]:
    """Return one row a variant and kind of feedback: cosines of the hidden layers, from the input upwards."""
    settings, saved = assembly.from_checkpoint(run / "last.safetensors")
    network, samples = assembly.build(settings, data, sys.stderr)
    network.restore(saved.arrays)
    trains, loss = samples.train.select(np.arange(SAMPLES)), settings.loss.build()
    hidden = len(network.weights) - 1
    products = [reduce(np.matmul, network.weights[layer:]) for layer in range(1, hidden + 1)]
    feedback = {"product of the weights": [np.ascontiguousarray(p.T) for p in products]}
    if settings.learning.rule != "bp":
        feedback = {"estimated": network.feedback, **feedback}
    found = []
    for kind, weights in feedback.items():
        for variant, rule in VARIANTS.items():
            figures = GradientAlignment(network, rule, loss, trains).measure(network.weights, weights)
            cosines = ", ".join(f"{figures[f'gradient_cosine_{layer}']:.3f}" for layer in range(1, hidden + 1))
            found.append((settings.name, settings.learning.rule.upper(), kind, variant, cosines))
    return found


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    print(f"Cosine with the gradient of exact backpropagation, on {SAMPLES} training samples, after training.\n")
    print(
        "| task | trained with | feedback | gradient | cosines of the hidden layers |\n| --- | --- | --- | --- | ---: |"
    )
    for run in given.runs:
        for row in rows(run, given.data):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
