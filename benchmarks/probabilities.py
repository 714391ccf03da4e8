"""What makes probabilities of output spikes: exp(spikes * factor), as shares of all; log loss on held-out samples.

python benchmarks/probabilities.py > benchmarks/results/probabilities.md

The factor of ``SpikingClassifier.predict_proba`` is the one with the least mean. Each seed sets test samples aside,
which take no part, and of the others some that are held out; the classifier has its default settings.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.metrics import log_loss
from small_sets import SETS, split

from pynn_sfdfa.sklearn import SpikingClassifier
from pynn_sfdfa.training.trainer import CannotLearnError

FACTORS = (0.125, 0.25, 0.5, 1.0, 2.0)
SEEDS = range(5)


def held_out_losses(name: str, seed: int) -> list[float] | None:
    """Return the log loss for each factor; None if the training stops, as a layer falls silent."""
    train, held_out, of_train, of_held_out = split(name, seed)
    try:
        counts = SpikingClassifier(random_state=seed).fit(train, of_train).counts(held_out).astype(float)
    except CannotLearnError as error:
        print(f"{name}, seed {seed}: {error}", file=sys.stderr)
        return None
    found = []
    for factor in FACTORS:
        likely = np.exp(factor * (counts - counts.max(axis=1, keepdims=True)))
        found.append(float(log_loss(of_held_out, likely / likely.sum(axis=1, keepdims=True))))
    return found


def main() -> None:
    """Print the table in Markdown."""
    of_sets = {name: [held_out_losses(name, seed) for seed in SEEDS] for name in SETS}
    losses = {name: [found for found in of_set if found] for name, of_set in of_sets.items()}
    print(f"Log loss on held-out samples, mean of {len(SEEDS)} seeds, or as many of them as could be trained.\n")
    print("| factor |", " | ".join([*(f"{name} ({len(found)})" for name, found in losses.items()), "mean"]), "|")
    print("| ---: |" + " ---: |" * (len(SETS) + 1))
    means = np.array([np.mean(found, axis=0) for found in losses.values()])
    for factor, of_factor in zip(FACTORS, means.T, strict=True):
        print(f"| {factor:g} |", " | ".join(f"{loss:.3f}" for loss in [*of_factor, of_factor.mean()]), "|")


if __name__ == "__main__":
    main()
