"""Draw docs/convergence.png from the results of ``pynn-sfdfa reproduce``: .venv/bin/python docs/make_convergence.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa import plotting
from pynn_sfdfa.campaign.tables import TABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE = Path(__file__).parent
RESULTS = HERE.parent / "benchmarks" / "results"
BEST = "-best"
"""How the names end of tables with what was found better than the published settings."""


def draw(results: Path) -> Figure:
    """Return a picture of the tables in a folder, one panel each; what was found better joins that of its task."""
    tasks: dict[str, dict[str, list[list[float]]]] = {}
    for name, table in TABLES.items():
        file = results / f"{name}.json"
        if file.exists() and not table.on_request:
            result = json.loads(file.read_text(encoding="utf-8"))
            curves = {rule: [run["test_accuracy"] for run in entry["runs"]] for rule, entry in result["rules"].items()}
            hidden = "-".join(map(str, result["hidden_sizes"]))
            task = f"{name.removesuffix(BEST)}, {hidden} hidden neurons"
            named = {f"{rule}{BEST}" if name.endswith(BEST) else rule: runs for rule, runs in curves.items() if runs}
            tasks[task] = tasks.get(task, {}) | named
    if not tasks:
        raise SystemExit(f"There is no table in {results}; write one with pynn-sfdfa reproduce.")
    return plotting.convergence(tasks)


def main(results: Path = RESULTS, picture: Path = HERE / "convergence.png") -> None:
    """Write the picture."""
    plotting.save(draw(results), picture)


if __name__ == "__main__":
    main()
