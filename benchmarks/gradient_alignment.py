"""How near the gradients of SFDFA and DFA come to exact backpropagation's while they learn: table and picture.

pynn-sfdfa train digits --set metrics.gradient_alignment=500      # and so on: the runs
python benchmarks/gradient_alignment.py runs/digits-sfdfa-seed1 runs/digits-dfa-seed1
python benchmarks/gradient_alignment.py                           # the same table and picture from results/

The first form keeps the figures of the runs in results/gradient_alignment.json; both write gradient_alignment.md there
and docs/gradient_alignment.png, and print the table.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pynn_sfdfa import plotting
from pynn_sfdfa.experiments import config
from pynn_sfdfa.support import files
from pynn_sfdfa.training.callbacks import EpochRecord

HERE = Path(__file__).parent
RESULTS, PICTURE = HERE / "results", HERE.parent / "docs" / "gradient_alignment.png"
HEADINGS = ("run", "hidden layer", "epoch", "angle to the exact gradient", "cosine", "feedback with the right sign")


def collect(folders: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of runs, by their names."""
    runs = {}
    for folder in folders:
        settings = config.load(folder / "config.toml")
        name = f"{settings.name}, {settings.learning.rule.upper()}"
        records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        if not records or not all(record["extra"] for record in records):
            sys.exit(f"{folder} was not trained with --set metrics.gradient_alignment=500; train it again.")
        runs[name] = records
    return runs


def table(runs: dict[str, list[dict[str, Any]]]) -> str:
    """Return the figures after the first and the last epoch, in Markdown."""
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1))]
    for name, records in runs.items():
        for layer in range(1, len(records[0]["alignment"]) + 1):
            for record in (records[0], records[-1]):
                angle, cosine, signs = (
                    record["extra"][f"{key}_{layer}"] for key in ("gradient_angle", "gradient_cosine", "sign_agreement")
                )
                figures = (f"{angle:.1f}°", f"{cosine:.3f}", f"{100 * signs:.1f} %")
                lines.append((name, str(layer), str(record["epoch"]), *figures))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main(folders: list[Path], results: Path = RESULTS, picture: Path = PICTURE) -> None:
    """Collect the runs if any are named; write and print the table, and draw the picture."""
    file = results / "gradient_alignment.json"
    if folders:
        files.write_text(file, json.dumps(collect(folders), indent=1) + "\n")
    runs = json.loads(file.read_text(encoding="utf-8"))
    text = table(runs)
    files.write_text(results / "gradient_alignment.md", text)
    tasks: dict[str, dict[str, list[EpochRecord]]] = {}
    for name, of_run in runs.items():
        task, rule = name.split(", ")
        rule += " best" if task.endswith("-best") else ""
        tasks.setdefault(task.removesuffix("-best"), {})[rule] = [EpochRecord(**record) for record in of_run]
    plotting.save(plotting.gradient_alignments(tasks), picture)
    print(text, end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", type=Path)
    main(parser.parse_args().runs)
