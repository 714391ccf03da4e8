"""Learned from a simulated event camera, tested on a real one: ``python benchmarks/saccades_learned.py CHECKPOINT``.

A checkpoint, or several, is what ``pynn-sfdfa train`` wrote of mnist-saccades-hm2bp or mnist-saccades-conv: networks
that have learned 60,000 simulated recordings, of MNIST's training images. Each is shown what the simulated camera sees
of all test images, and recordings of N-MNIST, all or a subset, beside what the simulated camera sees of the same ones.
Figures go to results/saccades_learned.json and .md. A subset's figures are not those of N-MNIST.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from binomial import interval

from pynn_sfdfa import datasets
from pynn_sfdfa.datasets.kept import as_spikes
from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support import files
from pynn_sfdfa.training.checkpoint import CheckpointError

RESULTS = Path(__file__).parent / "results"
COLUMNS = {
    "simulated, all test images": "of all test images, simulated",
    "simulated, test": "of some test images, simulated",
    "genuine, test": "genuine",
    "simulated, train": "of some training images, simulated",
    "genuine, train": "genuine",
}


def measure(checkpoint: Path, data: Path | None) -> dict:
    """Return the shares of recordings that a network classifies correctly."""
    settings, saved = assembly.from_checkpoint(checkpoint)
    evaluator = assembly.build_evaluator(settings, assembly.rebuilt(settings, saved, checkpoint))
    encoder = settings.encoding.build()
    cameras = datasets.load("saccades:mnist", data), datasets.load("nmnist", data)
    simulated, genuine = (as_spikes(one, encoder, lambda line: print(line, file=sys.stderr)) for one in cameras)
    right = {"simulated, all test images": (evaluator.evaluate(simulated.test).accuracy, len(simulated.test))}
    for split in ("test", "train"):
        recordings = getattr(cameras[1], split)
        of_images = np.array([int(file.stem) - 1 for file in recordings.files])
        same = getattr(simulated, split).select(of_images)
        if (same.labels != recordings.labels).any():
            raise SystemExit(f"The {split} recordings are not of the images of MNIST that their names say.")
        right[f"simulated, {split}"] = (evaluator.evaluate(same).accuracy, len(same))
        right[f"genuine, {split}"] = (evaluator.evaluate(getattr(genuine, split)).accuracy, len(same))
    return {"settings": settings.settings(), "right": right}


def table(known: dict[str, dict]) -> str:
    """Return all figures in Markdown."""
    text = "| trained on simulated recordings | " + " | ".join(COLUMNS.values()) + " |\n"
    text += "| --- |" + " ---: |" * len(COLUMNS) + "\n"
    for name, one in known.items():
        cells = [f"{100 * share:.1f} ± {100 * interval(share, n):.1f}" for share, n in map(one["right"].get, COLUMNS)]
        text += f"| {name} | {' | '.join(cells)} |\n"
    return text


def main() -> None:
    """Measure what is given, and print the table of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="*", metavar="CHECKPOINT")
    parser.add_argument("--data", type=Path, help="folder of mnist and nmnist")
    given = parser.parse_args()
    kept = RESULTS / "saccades_learned.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    for checkpoint in given.checkpoints:
        try:
            found = measure(checkpoint, given.data)
        except (CheckpointError, config.ConfigError, datasets.DatasetError) as error:
            parser.error(str(error))
        known[found["settings"]["name"]] = found
        files.write_text(kept, json.dumps(known, indent=1) + "\n")
    files.write_text(RESULTS / "saccades_learned.md", table(known))
    print(table(known), end="")


if __name__ == "__main__":
    main()
