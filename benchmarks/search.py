"""Searches beside random draws from the same ranges, after the same epochs of training.

    pynn-sfdfa sweep benchmarks/search/NAME.toml --workers 1 --out FOLDER/NAME      # for each file there
    python benchmarks/search.py FOLDER

Prints the tables of ``results/search.md``. Settings are chosen by their accuracy on held-out training samples; that on
test samples is of the chosen one alone, at its chosen epoch.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click

PAIRS = ("digits", "yin-yang")
SHARES = (0.25, 0.5, 1.0)


def trained(folder: Path) -> list[tuple[int, float, float]]:
    """Return the epochs, best held-out accuracy and test accuracy in the same epoch of each run, in order."""
    found = []
    with (folder / "table.csv").open() as file:
        for row in csv.DictReader(file):
            metrics = folder / row["folder"] / "metrics.jsonl"
            records = [json.loads(line) for line in metrics.read_text().splitlines()] if metrics.exists() else []
            best = max(records, key=lambda record: record["validation_accuracy"], default=None)
            score, test = (best["validation_accuracy"], best["test_accuracy"]) if best else (0.0, 0.0)
            found.append((max(1, len(records)), score, test))
    return found


def best_after(runs: list[tuple[int, float, float]], epochs: int) -> tuple[int, float, float]:
    """Return how many runs have ended after so many epochs in all, and the accuracies of the best of them."""
    used, ended = 0, []
    for run in runs:
        used += run[0]
        if used > epochs:
            break
        ended.append(run)
    _, score, test = max(ended, key=lambda run: run[1], default=(0, 0.0, 0.0))
    return len(ended), score, test


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def main(folder: Path) -> None:
    """Print the tables from the folders of the sweeps."""
    click.echo("| experiment | epochs in all | method | runs ended | held out | test |")
    click.echo("| --- | ---: | --- | ---: | ---: | ---: |")
    for name in PAIRS:
        methods = {"tpe": trained(folder / f"{name}-tpe"), "random": trained(folder / f"{name}-random")}
        budget = sum(run[0] for run in methods["tpe"])
        for share in SHARES:
            for method, runs in methods.items():
                ended, score, test = best_after(runs, round(share * budget))
                epochs = round(share * budget)
                click.echo(f"| {name} | {epochs} | {method} | {ended} | {100 * score:.2f} % | {100 * test:.2f} % |")
        total = sum(run[0] for run in methods["random"])
        ended, score, test = best_after(methods["random"], total)
        click.echo(f"| {name} | {total} | random, all | {ended} | {100 * score:.2f} % | {100 * test:.2f} % |")


if __name__ == "__main__":
    main()
