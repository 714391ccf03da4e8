"""Write the table of accuracies in the README from benchmarks/results: .venv/bin/python docs/make_tables.py.

A result is the ``summary.json`` of a run of one of the package's experiments, as it stands in its file but for rule,
seed and epochs. It is kept as ``EXPERIMENT-RULE-seedSEED.json``, which is what ``pynn-sfdfa train`` calls the folder of
such a run.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pynn_sfdfa import config

ROOT = Path(__file__).parent.parent
README, RESULTS = ROOT / "README.md", ROOT / "benchmarks" / "results"
BEGIN, END = "<!-- results: written by docs/make_tables.py -->", "<!-- end of results -->"
NAME = re.compile(r"(?P<experiment>.+)-(?P<rule>[a-z]+)-seed(?P<seed>\d+)")
HEADINGS = ("command", "hidden", "epochs", "best test accuracy", "published")
# Bacho & Chu, arXiv:2403.08804: mean and standard deviation of five seeds, %.
PUBLISHED = {
    ("mnist", "sfdfa"): "98.56 ± 0.05 %",
    ("mnist", "dfa"): "98.43 ± 0.07 %",
    ("fashion-mnist", "sfdfa"): "89.73 ± 0.19 %",
    ("fashion-mnist", "dfa"): "89.41 ± 0.14 %",
}


def row(name: str, summary: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of one run.

    Parameters
    ----------
    name : str
        EXPERIMENT-RULE-seedSEED
    summary : dict
        As in ``summary.json``.
    """
    match = NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name} does not say which run it is; call it EXPERIMENT-RULE-seedSEED.json.")
    experiment, rule, seed = match["experiment"], match["rule"], int(match["seed"])
    settings = config.load(experiment)
    command = f"pynn-sfdfa train {experiment}"
    command += "" if rule == settings.learning.rule else f" --set learning.rule={rule}"
    command += "" if seed == settings.training.seed else f" --seed {seed}"
    command += "" if summary["epochs"] == settings.training.epochs else f" --epochs {summary['epochs']}"
    hidden = "-".join(map(str, settings.network.hidden_sizes))
    accuracy = f"{100 * summary['best_test_accuracy']:.2f} %"
    return f"`{command}`", hidden, str(summary["epochs"]), accuracy, PUBLISHED.get((experiment, rule), "-")


def table(results: Path) -> str:
    """Return the table of all results in a folder, in Markdown."""
    files = sorted(results.glob("*-seed*.json"))
    rows = [row(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1)), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(text: str, results: Path) -> str:
    """Return the text of the README with the table between its marks renewed."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"The README must have the lines {BEGIN} and {END}, once each.")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table(results)}{END}{rest.split(END)[1]}"


def main() -> None:
    """Renew the table."""
    README.write_text(with_table(README.read_text(encoding="utf-8"), RESULTS), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
