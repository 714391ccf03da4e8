"""What each of the tricks of HM2-BP is worth: all that an experiment has, each left out in turn, none, and more.

python benchmarks/hm2bp_tricks.py [EXPERIMENT] [--epochs 5] [--seeds 1] > benchmarks/results/hm2bp_tricks.md

A minute with the experiment digits-hm2bp, which is the default. Test accuracy takes part in no choice here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import mean

from pynn_sfdfa.experiments import assembly, config

LAST = 3
"""Epochs over which accuracy is averaged."""

TRICKS = {
    "the micro level": ["rules.hm2bp.micro=false"],
    "the lateral factor": ["rules.hm2bp.lateral=false"],
    "inhibition of the outputs": ["network.output.inhibition=0.0"],
    "learning of silent neurons": ["rules.hm2bp.silent=0.0"],
    "errors through silent neurons": ["rules.hm2bp.silent_ratio=0.0"],
    "spikes for silent targets": ["rules.hm2bp.silent_target_spikes=0"],
    "the margin": ["loss.margin=0.0"],
    "regularisation of weights": ["regularisation.strength=0.0"],
    "the falling learning rate": ["optimizer.decay={name='linear', epochs=2, final=1.0}"],
}
"""What leaves them out."""

FURTHER = {
    "all, and boosting": ["boosting.gain=0.05"],
    "all, spikes drawn anew": ["encoding.redraw=true"],
    "all, but errors through estimated feedback": [
        "learning.rule=local",
        "rules.local={rho=0.0, r_target=0.0, local_gradient={name='s-psp'}, transport='direct', "
        "feedback={name='estimated', learning_rate=1e-3}}",
    ],
}


def variants() -> dict[str, list[str]]:
    """Return the rows of the table: what is changed in the experiment."""
    every = [override for overrides in TRICKS.values() for override in overrides]
    return {"all": [], **{f"without {name}": changed for name, changed in TRICKS.items()}, "none": every, **FURTHER}


def figures(experiment: str, overrides: Iterable[str], data: Path | None) -> tuple[float, float, list[float]]:
    """Train once; return test and training accuracy in % over the last epochs, and spikes per sample and layer."""
    settings = config.load(experiment, overrides)
    network, samples = assembly.build(settings, data, sys.stderr)
    trainer = assembly.build_trainer(settings, network)
    last = trainer.fit(samples.train, test=samples.test, epochs=settings.training.epochs).records[-LAST:]
    spikes = [mean(layer) for layer in zip(*(record.spikes_per_sample for record in last), strict=True)]
    return 100 * mean(r.test_accuracy for r in last), 100 * mean(r.train_accuracy for r in last), spikes


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", nargs="?", default="digits-hm2bp")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    common = [f"training.epochs={given.epochs}"]
    print(f"`{given.experiment}`, {given.epochs} epochs, {given.seeds} seed(s); means of the last {LAST} epochs.\n")
    print("| tricks | test accuracy | training accuracy | spikes a sample |\n| --- | ---: | ---: | ---: |")
    for name, overrides in variants().items():
        rows = [
            figures(given.experiment, [*common, *overrides, f"training.seed={seed}"], given.data)
            for seed in range(1, given.seeds + 1)
        ]
        test, train = (mean(row[k] for row in rows) for k in range(2))
        spikes = " + ".join(f"{mean(layer):.0f}" for layer in zip(*(row[2] for row in rows), strict=True))
        print(f"| {name} | {test:.2f} % | {train:.2f} % | {spikes} |", flush=True)


if __name__ == "__main__":
    main()
