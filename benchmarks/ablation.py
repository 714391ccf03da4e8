"""Trials written down in ablation.toml: run them, and print what came out.

python benchmarks/ablation.py run runs/ablation --data DIR [--threads N] [NAME ...]
python benchmarks/ablation.py table runs/ablation           # writes results/ablation.json and .md

`run` leaves out trials that are finished, and goes on with one that was interrupted. The table shows how many epochs of
a trial are done, so that one that was given up is there too; trials whose folders are gone keep what the results say.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from statistics import mean
from typing import Any

from pynn_sfdfa.experiments import config
from pynn_sfdfa.support import files

HERE = Path(__file__).parent
COMMON = ("data.validation=0.1", "training.seed=1", "training.epochs=12")
"""What a trial may still change."""
LAST = 3
"""Epochs over which held-out accuracy is averaged."""


def trials(path: Path = HERE / "ablation.toml") -> list[dict[str, Any]]:
    """Return the trials in the order in which they were written down."""
    listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["trial"]
    return listed


def overrides(trial: dict[str, Any]) -> list[str]:
    """Return what a trial changes in its experiment."""
    return [*COMMON, *trial["set"]]


def run(folder: Path, names: list[str], options: list[str]) -> None:
    """Train what is not finished, one after the other."""
    chosen = [trial for trial in trials() if not names or trial["name"] in names]
    unknown = set(names) - {trial["name"] for trial in chosen}
    if unknown:
        sys.exit(f"ablation.toml has no trial {', '.join(sorted(unknown))}.")
    for trial in chosen:
        if "commit" in trial:
            print(f"{trial['name']}: its settings have been removed since; check out {trial['commit']} to run it.")
            continue
        out = folder / trial["name"]
        if (out / "summary.json").exists():
            continue
        command = [sys.executable, "-c", "from pynn_sfdfa.cli import main; main()", "train", trial["experiment"]]
        command += ["--out", str(out), *options]
        command += ["--resume"] if (out / "config.toml").exists() else []
        command += [part for override in overrides(trial) for part in ("--set", override)]
        subprocess.run(command, check=True)


def outcome(trial: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """Return the figures of a trial so far, accuracies as fractions; None if no epoch is finished."""
    metrics = folder / trial["name"] / "metrics.jsonl"
    lines = metrics.read_text(encoding="utf-8").splitlines() if metrics.exists() else []
    if not lines or "commit" in trial:
        return None
    records = [json.loads(line) for line in lines]
    last = records[-LAST:]
    epochs = config.load(trial["experiment"], overrides(trial)).training.epochs
    return {
        **trial,
        "epochs": f"{len(records)} of {epochs}",
        "held_out_accuracy": mean(record["validation_accuracy"] for record in last),
        "train_accuracy": mean(record["train_accuracy"] for record in last),
        "hidden_spikes": mean(sum(record["spikes_per_sample"][:-1]) for record in last),
        "alignment": mean(record["alignment"][-1] for record in last),
        "held_out_accuracy_by_epoch": [record["validation_accuracy"] for record in records],
    }


def _earlier(trial: dict[str, Any], outcomes: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return the outcome that was written down for a trial, if that is still what the trial changes."""
    known = outcomes.get(trial["name"])
    return {**known, **trial} if known and known["set"] == trial["set"] else None


def table(outcomes: list[dict[str, Any]]) -> str:
    """Return the outcomes as a table in Markdown, in the order of the trials."""
    headings = ("trial", "changed", "epochs", "held-out accuracy", "training", "hidden spikes", "cosine of feedback")
    lines = [headings, ("---", "---", *["---:"] * 5)]
    for one in outcomes:
        changed = ", ".join(f"`{setting}`" for setting in one["set"]) or "nothing"
        percent = [f"{100 * one[key]:.2f} %" for key in ("held_out_accuracy", "train_accuracy")]
        figures = (f"{one['hidden_spikes']:.0f}", f"{one['alignment']:.3f}")
        lines.append((one["name"], changed, one["epochs"], *percent, *figures))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def write(folder: Path, results: Path = HERE / "results") -> str:
    """Write the outcomes of the trials to the folder of results; return the table."""
    file = results / "ablation.json"
    earlier = {one["name"]: one for one in json.loads(file.read_text(encoding="utf-8"))} if file.exists() else {}
    outcomes = [one for trial in trials() if (one := outcome(trial, folder) or _earlier(trial, earlier))]
    text = table(outcomes)
    files.write_text(file, json.dumps(outcomes, indent=1) + "\n")
    files.write_text(
        results / "ablation.md",
        f"Means over the last {LAST} epochs. The cosine is that between the feedback of the last hidden layer and the "
        f"weights above it.\n\n{text}",
    )
    return text


def main() -> None:
    """Run trials, or print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("folder", type=Path)
    running.add_argument("names", nargs="*")
    running.add_argument("--data")
    running.add_argument("--threads")
    commands.add_parser("table").add_argument("folder", type=Path)
    given = parser.parse_args()
    if given.command == "table":
        print(write(given.folder), end="")
        return
    options = [part for key in ("data", "threads") if (value := getattr(given, key)) for part in (f"--{key}", value)]
    run(given.folder, given.names, options)


if __name__ == "__main__":
    main()
