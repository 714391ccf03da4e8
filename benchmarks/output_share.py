"""With how many spikes should the output of a classifier begin? Held-out accuracy, and trainings that fell silent.

python benchmarks/output_share.py > benchmarks/results/output_share.md

``SpikingClassifier`` has its default settings, but for the share of the mean target that an output neuron begins with.
Each seed sets test samples aside, which take no part, and of the others some that are held out.
"""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from small_sets import SETS, split

from pynn_sfdfa.sklearn import SpikingClassifier
from pynn_sfdfa.training import thresholds
from pynn_sfdfa.training.trainer import CannotLearnError

SHARES = (0.25, 0.5, 1.0)
EARLY, EARLY_SEEDS = 3, range(24)
"""Epochs of short trainings on digits, in which an output falls silent if it does."""
SEEDS = range(20, 28)


def accuracy(name: str, seed: int, **settings: int) -> float | None:
    """Return the accuracy on held-out samples; None if the training stops, as a layer falls silent."""
    train, held_out, of_train, of_held_out = split(name, seed)
    try:
        return float(SpikingClassifier(random_state=seed, **settings).fit(train, of_train).score(held_out, of_held_out))
    except CannotLearnError:
        return None


def cell(found: list[float | None]) -> str:
    """Return mean and standard deviation of the trainings that ended, and how many did not."""
    ended = 100 * np.array([one for one in found if one is not None])
    silent = len(found) - ended.size
    told = f", {silent} of {len(found)} fell silent" if silent else ""
    return f"{ended.mean():.1f} ± {ended.std(ddof=1):.1f}{told}"


def main() -> None:
    """Print the table in Markdown."""
    seeds = f"{len(EARLY_SEEDS)} seeds of {EARLY} epochs, {len(SEEDS)} of all"
    print(f"Accuracy on held-out samples in %, mean ± SD; {seeds}.\n")
    print("| share of the mean target |", " | ".join([f"digits, {EARLY} epochs", *SETS]), "|")
    print("| ---: |", " | ".join(["---:"] * (1 + len(SETS))), "|")
    for share in SHARES:
        with patch.object(thresholds, "OUTPUT_SHARE", share):
            cells = [cell([accuracy("digits", seed, epochs=EARLY) for seed in EARLY_SEEDS])]
            cells += [cell([accuracy(name, seed) for seed in SEEDS]) for name in SETS]
        print(f"| {share:g} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
