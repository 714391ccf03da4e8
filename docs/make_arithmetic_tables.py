"""Write the tables of docs/arithmetic.md from benchmarks/results/fixed_point.json.

python docs/make_arithmetic_tables.py
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from pynn_sfdfa.support import files

ROOT = Path(__file__).parent.parent
PAGE, RESULTS = ROOT / "docs" / "arithmetic.md", ROOT / "benchmarks" / "results" / "fixed_point.json"
END = "<!-- end -->"
NEURONS = 100
"""Neurons on a core, for the comparison of costs."""

FIRST = ("float, event-driven", "float", "as specified")
"""What the other arithmetics are compared with."""

Row = tuple[str, ...]


def markdown(rows: list[Row]) -> str:
    """Return a table whose first row is its heading."""
    lines = [rows[0], ("---", *["---:"] * (len(rows[0]) - 1)), *rows[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def ranges(results: dict[str, Any]) -> str:
    """Return the largest value of each variable on each network, and how many values were saturated."""
    variables = list(results["ranges"][0]["largest"])
    rows: list[Row] = [("network", *variables, "saturated")]
    for entry in results["ranges"]:
        largest = (f"{entry['largest'][variable]:.3g}" for variable in variables)
        rows.append((entry["network"], *largest, f"{sum(entry['saturated'].values())}"))
    return markdown(rows)


def percent(accuracies: list[float]) -> str:
    """Return an accuracy, or the mean of several and what they lie between."""
    mean = f"{100 * statistics.mean(accuracies):.1f} %"
    if len(accuracies) < 2:
        return mean
    return f"{mean} ({100 * min(accuracies):.1f} to {100 * max(accuracies):.1f}, {len(accuracies)} seeds)"


def by_arithmetic(entries: list[dict[str, Any]], columns: list[tuple[str, dict[str, Any]]]) -> str:
    """Return accuracies, one arithmetic a row; a column takes the entries that agree with its settings."""
    found_kinds = {entry["arithmetic"] for entry in entries}
    kinds = [kind for kind in FIRST if kind in found_kinds] + sorted(found_kinds - set(FIRST))
    rows: list[Row] = [("fraction bits", *(heading for heading, _ in columns))]
    for kind in kinds:
        cells = []
        for _, wanted in columns:
            found = [
                entry
                for entry in entries
                if entry["arithmetic"] == kind and all(entry.get(name) == value for name, value in wanted.items())
            ]
            cells.append(percent([entry["accuracy"] for entry in found]) if found else "")
        rows.append((kind, *cells))
    return markdown(rows)


def inference(results: dict[str, Any]) -> str:
    """Return accuracies of networks that were trained in float."""
    names = ("network", "samples", "timestep")
    entries = results["inference"]
    settings = {tuple(entry.get(name) for name in names) for entry in entries}
    columns = []
    for network, samples, timestep in sorted(settings, key=lambda each: (each[0], -each[1], -(each[2] or 1e9))):
        step = "exact times" if timestep is None else f"{timestep:g} ms"
        wanted = {"network": network, "samples": samples, "timestep": timestep}
        columns.append((f"{network.split(',')[0]}, {step}, {samples} samples", wanted))
    return by_arithmetic(entries, columns)


def training(results: dict[str, Any]) -> str:
    """Return accuracies of digits trained in fixed point."""
    entries = results["training"]
    steps = sorted({entry["timestep"] for entry in entries}, reverse=True)
    return by_arithmetic(entries, [(f"{step:g} ms", {"timestep": step}) for step in steps])


def cost(results: dict[str, Any]) -> str:
    """Return what learning takes per trial on a core with 100 neurons of the first hidden layer, in both ways."""
    rows: list[Row] = [
        ("network", "learning", "multiplications", "SDRAM words moved", "kept per synapse", "kept per trial"),
    ]
    for entry in results["ranges"]:
        inputs, hidden = (int(n) for n in entry["network"].split(",")[0].split()[-1].split("-")[:2])
        neurons = min(NEURONS, hidden)
        ticks, events = entry["ticks"], entry["input spikes"]
        spikes = entry["spikes"][0] * neurons / hidden
        traces = 2 * spikes * events + 2 * events * min(spikes, ticks) + events * neurons
        moved = 4 * spikes * events + 5 * events * neurons
        name = f"{entry['network']}: {events:.0f} events, {spikes:.0f} spikes"
        state = f"8 B ({8 * inputs * neurons / 1024:.0f} KiB)"
        rows.append((name, "forward traces", f"{traces:,.0f}", f"{moved:,.0f}", state, f"{8 * inputs:,} B"))
        replay = 2 * ticks * neurons + spikes + neurons
        kept = 8 * events + 8 * spikes + 16 * neurons
        rows.append(("", "replay", f"{replay:,.0f}", f"{2 * events * neurons:,.0f}", "0 B", f"{kept:,.0f} B"))
    return markdown(rows)


TABLES = {"ranges": ranges, "inference": inference, "training": training, "cost": cost}


def with_tables(text: str, results: dict[str, Any]) -> str:
    """Return the text of the page with its tables renewed."""
    for name, table in TABLES.items():
        begin = f"<!-- {name}: written by docs/make_arithmetic_tables.py -->"
        if text.count(begin) != 1:
            raise ValueError(f"The page must have the line {begin} once.")
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{table(results)}{END}{rest.split(END, 1)[1]}"
    return text


def main() -> None:
    """Renew the tables."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    files.write_text(PAGE, with_tables(PAGE.read_text(encoding="utf-8"), results))


if __name__ == "__main__":
    sys.exit(main())
