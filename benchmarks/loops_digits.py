"""A recurrent layer beside one without on scikit-learn's digits, by every rule: test accuracy over the seeds.

python benchmarks/loops_digits.py run [--seeds 5]     # what is missing (some minutes), then the table
python benchmarks/loops_digits.py                     # the table of all results again

``digits-recurrent`` has 76 neurons with as many synapses as the 100 of ``digits``. Figures go to
results/loops_digits.json after each training. A training that stops, as its weights grow without bounds, is counted and
has no accuracy.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import mean, stdev

from pynn_sfdfa.experiments import assembly, config
from pynn_sfdfa.support import files
from pynn_sfdfa.training.trainer import CannotLearnError

RESULTS = Path(__file__).parent / "results"
EXPERIMENTS, RULES, EPOCHS = ("digits", "digits-recurrent"), ("sfdfa", "bp", "dfa"), 15


def run(experiment: str, rule: str, seed: int) -> list[float]:
    """Train once and return the test accuracy after each epoch, up to where the training stopped."""
    changes = [f"learning.rule={rule}", f"training.seed={seed}", f"training.epochs={EPOCHS}"]
    settings = config.load(experiment, changes)
    network, data = assembly.build(settings, None, sys.stderr)
    trainer, accuracies = assembly.build_trainer(settings, network), []
    try:
        for epoch in range(1, EPOCHS + 1):
            accuracies.append(trainer.fit(data.train, test=data.test, epochs=epoch).records[-1].test_accuracy)
    except CannotLearnError as error:
        print(f"{experiment}, {rule}, seed {seed}: {error}", file=sys.stderr)
    return accuracies


def cell(runs: list[list[float]]) -> str:
    """Return best and last accuracy, mean ± SD in %, of the trainings that came to their end."""
    whole = [run for run in runs if len(run) == EPOCHS]
    figures = (
        f"{mean(each):.1f} ± {stdev(each):.1f}" if len(each) > 1 else ", ".join(f"{one:.1f}" for one in each)
        for each in ([100 * max(run) for run in whole], [100 * run[-1] for run in whole])
    )
    stopped = len(runs) - len(whole)
    return ", ".join(figures) + (f" ({stopped} of {len(runs)} stopped)" if stopped else "")


def table(known: dict[str, dict[str, dict[str, list[float]]]]) -> str:
    """Return the results in Markdown."""
    text = f"Test accuracy in %: the best of {EPOCHS} epochs, and after the last; mean ± SD over seeds.\n\n"
    text += f"| rule | {' | '.join(f'`{name}`' for name in EXPERIMENTS)} |\n| --- |{' ---: |' * len(EXPERIMENTS)}\n"
    for rule in RULES:
        cells = [cell(list(known.get(name, {}).get(rule, {}).values())) for name in EXPERIMENTS]
        text += f"| {rule.upper()} | {' | '.join(cells)} |\n"
    return text


def main() -> None:
    """Train what is missing if asked to; write and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["run"])
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    file = RESULTS / "loops_digits.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for seed in range(1, given.seeds + 1) if given.command else ():
        for experiment in EXPERIMENTS:
            for rule in RULES:
                runs = known.setdefault(experiment, {}).setdefault(rule, {})
                if str(seed) not in runs:
                    runs[str(seed)] = run(experiment, rule, seed)
                    files.write_text(file, json.dumps(known, indent=1) + "\n")
    text = table(known)
    files.write_text(RESULTS / "loops_digits.md", text)
    print(text, end="")


if __name__ == "__main__":
    main()
