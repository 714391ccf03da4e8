"""Write the table of accuracies in the README from benchmarks/results: .venv/bin/python docs/make_tables.py.

The results are what ``pynn-sfdfa reproduce`` writes, and summaries of single runs: the ``summary.json`` of a run
of one of the package's experiments as it stands in its file, kept as ``EXPERIMENT-RULE-seedSEED.json``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pynn_sfdfa.campaign.markdown import percent, rows
from pynn_sfdfa.campaign.tables import TABLES
from pynn_sfdfa.experiments import config
from pynn_sfdfa.support import files

ROOT = Path(__file__).parent.parent
README, RESULTS = ROOT / "README.md", ROOT / "benchmarks" / "results"
BEGIN, END = "<!-- results: written by docs/make_tables.py -->", "<!-- end of results -->"
NAME = re.compile(r"(?P<experiment>.+)-(?P<rule>[a-z0-9]+)-seed(?P<seed>\d+)")
HEADINGS = ("command", "hidden", "rule", "seeds", "best test accuracy", "published", "chosen on held-out")


def of_run(name: str, summary: dict[str, Any]) -> tuple[str, ...]:
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
    hidden = "-".join(map(str, settings.network.hidden_labels))
    accuracy = f"{100 * summary['best_test_accuracy']:.2f} %"
    return f"`{command}`", hidden, rule.upper(), "1", accuracy, "-", "-"


def of_table(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the cells of one result of ``pynn-sfdfa reproduce``: a line a rule."""
    lines = []
    for rule, entry in result["rules"].items():
        first = not lines
        command = f"`pynn-sfdfa reproduce {result['table']}`" if first else ""
        hidden = "-".join(map(str, result["hidden_sizes"])) if first else ""
        figures = (percent(entry[name]) for name in ("best", "published", "chosen_on_held_out"))
        lines.append((command, hidden, rule.upper(), str(len(entry["runs"])), *figures))
    return lines


def table(results: Path) -> str:
    """Return the table of all results in a folder, in Markdown."""
    cells = []
    for file in sorted(results.glob("*-seed*.json")):
        match = NAME.fullmatch(file.stem)
        if match is not None and match["experiment"] in config.experiment_names():  # else another kind of result
            cells.append(of_run(file.stem, json.loads(file.read_text(encoding="utf-8"))))
    for name in TABLES:
        file = results / f"{name}.json"
        if file.exists():
            cells += of_table(json.loads(file.read_text(encoding="utf-8")))
    rules = ("---", "---:", "---", *["---:"] * (len(HEADINGS) - 3))
    return "".join(f"{line}\n" for line in rows([HEADINGS, rules, *cells]))


def with_table(text: str, results: Path) -> str:
    """Return the text of the README with the table between its marks renewed."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"The README must have the lines {BEGIN} and {END}, once each.")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table(results)}{END}{rest.split(END)[1]}"


def main() -> None:
    """Renew the table."""
    files.write_text(README, with_table(README.read_text(encoding="utf-8"), RESULTS))


if __name__ == "__main__":
    sys.exit(main())
