"""A recurrent layer beside layers without loops on spoken digits: accuracy, spikes and time of a sample.

python benchmarks/recurrent_fsdd.py run --data DIR [--seeds 3] [--epochs 5]     # what is missing, then the table
python benchmarks/recurrent_fsdd.py                                             # the table of all results again

The experiment is fsdd-hm2bp with fewer epochs; 139 neurons with a loop of all pairs have as many weights, 29,607, as
400 without, 29,600. Figures go to results/recurrent_fsdd.json after each training. Initial weights of the loop are from
U(-0.5, 0.5) nA, of the weak one from U(-0.1, 0.1); nothing was tuned. The accuracy is that after the last epoch.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support import files

RESULTS = Path(__file__).parent / "results"
NETWORKS = {
    "400 neurons": ["network.hidden_sizes=[400]"],
    "139 neurons and a loop": [
        "network.hidden_sizes=[139]",
        "network.hidden.recurrent={delay=1.0, weights=[-0.5, 0.5]}",
    ],
    "139 neurons and a weak loop": [
        "network.hidden_sizes=[139]",
        "network.hidden.recurrent={delay=1.0, weights=[-0.1, 0.1]}",
    ],
    "139 neurons": ["network.hidden_sizes=[139]"],
}
"""What is compared: changes of the experiment."""


def run(overrides: list[str], data: Path | None) -> dict[str, Any]:
    """Train once, on one thread, and return the figures of all epochs."""
    settings = config.load("fsdd-hm2bp", ["training.threads=1", *overrides])
    network, samples = assembly.build(settings, data, sys.stderr)
    trainer = assembly.build_trainer(settings, network)
    trainer.fit(samples.train, test=samples.test, epochs=1)  # what is compiled, is compiled by now
    start = time.process_time()
    records = trainer.fit(samples.train, test=samples.test, epochs=settings.training.epochs).records
    shown = (settings.training.epochs - 1) * (len(samples.train) + len(samples.test))
    return {
        "weights": sum(layer.size for layer in network.weights),
        "test_accuracy": [record.test_accuracy for record in records],
        "train_accuracy": records[-1].train_accuracy,
        "hidden_spikes": records[-1].spikes_per_sample[0],
        "ms": 1e3 * (time.process_time() - start) / shown,
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return the results in Markdown, a table for each number of epochs."""
    text = ""
    for epochs, networks in sorted(results.items(), key=lambda item: int(item[0])):
        text += f"Of `fsdd-hm2bp`, {epochs} epochs of 2,700 samples, after the last of them:\n\n"
        text += "| hidden layer | weights | seeds | test accuracy | training accuracy | hidden spikes | ms a sample |\n"
        text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        for name in NETWORKS:
            runs = list(networks.get(name, {}).values())
            if runs:
                accuracy = [100 * one["test_accuracy"][-1] for one in runs]
                spread = f" ± {stdev(accuracy):.1f}" if len(runs) > 1 else ""
                learned, spikes, ms = (
                    mean(one[key] for one in runs) for key in ("train_accuracy", "hidden_spikes", "ms")
                )
                text += (
                    f"| {name} | {runs[0]['weights']:,} | {len(runs)} | {mean(accuracy):.1f}{spread} % | "
                    f"{100 * learned:.1f} % | {spikes:,.0f} | {ms:.1f} |\n"
                )
        text += "\n"
    return text + (
        "Times are processor time of one thread, training and testing taken together, on a machine with other work.\n"
    )


def main() -> None:
    """Train what is missing if asked to; write and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["run"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    if given.epochs < 2:
        sys.exit(f"--epochs {given.epochs} is too few: time is taken from the second epoch on. Give 2 or more.")
    file = RESULTS / "recurrent_fsdd.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for seed in range(1, given.seeds + 1) if given.command else ():
        for name, overrides in NETWORKS.items():
            runs = known.setdefault(str(given.epochs), {}).setdefault(name, {})
            if str(seed) not in runs:
                every = [f"training.epochs={given.epochs}", f"training.seed={seed}", *overrides]
                runs[str(seed)] = run(every, given.data)
                files.write_text(file, json.dumps(known, indent=1) + "\n")
                print(f"{name}, seed {seed}: {runs[str(seed)]}", file=sys.stderr, flush=True)
    text = table(known)
    files.write_text(RESULTS / "recurrent_fsdd.md", text)
    print(text, end="")


if __name__ == "__main__":
    main()
