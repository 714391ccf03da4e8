"""Results as Markdown."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["as_markdown", "percent", "rows"]


def as_markdown(result: Mapping[str, Any]) -> str:
    """Return ``<table>.md`` from the contents of ``<table>.json``."""
    hidden = "-".join(map(str, result["hidden_sizes"]))
    collected = result["collected"]
    headings = [
        "rule",
        "seeds",
        "best test accuracy",
        "published",
        "last epoch",
        "epoch chosen on held-out samples",
        "hidden spikes per sample",
        "seconds",
    ]
    cells = [_cells(rule, entry) for rule, entry in result["rules"].items()]
    if result["reach"] is not None:
        headings.insert(6, f"epochs to {100 * result['reach']:g} %")
        for row, entry in zip(cells, result["rules"].values(), strict=True):
            row.insert(6, _epochs(entry["runs"]))
    made_with = "; ".join(
        ", ".join(f"{name} {value}" for name, value in entry.items()) for entry in result["made_with"]
    )
    return "\n".join(
        [
            f"# {result['table']}",
            "",
            f"    pynn-sfdfa reproduce {result['table']}",
            "",
            f"Hidden layers {hidden}, {result['epochs']} epochs. Mean ± SD over the seeds (no SD for a single one). "
            "*Best* is the best test accuracy over the epochs; *epoch chosen on held-out samples* "
            f"is that after the epoch with the best accuracy on {100 * result['held_out_share']:g} % of the "
            "training samples, set aside in runs of their own (number of seeds in brackets). Spikes are those of the "
            "last epoch, seconds those of training, both means over the runs; other work ran beside them, so take the "
            "seconds as an upper bound." + (f" {result['note']}" if result["note"] else ""),
            "",
            *_published(result["rules"]),
            *rows([headings, ["---", *["---:"] * (len(headings) - 1)], *cells]),
            "",
            f"Made with {made_with}. Collected on {collected['date']}"
            + (f" at commit {collected['commit']}" if collected["commit"] else "")
            + f", {collected['processor']}, {collected['cores']} cores.",
            "",
        ]
    )


def _published(rules: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what the published figures are of, in a paragraph; nothing if there are none."""
    of_rules: dict[str, list[str]] = {}
    for rule, entry in rules.items():
        if figure := entry["published"]:
            of_rules.setdefault(_origin(figure), []).append(rule.upper())
    if not of_rules:
        return []
    origins = (f"{_list(names, 'and')}: {text}" for text, names in of_rules.items())
    return [f"*Published*: {'; '.join(origins)}.", ""]


def _origin(figure: Mapping[str, Any]) -> str:
    """Return of which epoch and how many runs a published figure is, where it stands, and what else is to be said."""
    runs = "" if figure["seeds"] is None else f" of {figure['seeds']} runs"
    epochs = "" if figure["epochs"] is None else f", {figure['epochs']} epochs"
    note = f" ({figure['note'].rstrip('.')})" if figure["note"] else ""
    return f"{figure['of']}{runs}{epochs}, {figure['source']}{note}"


def _cells(rule: str, entry: Mapping[str, Any]) -> list[str]:
    runs, chosen = entry["runs"], entry["chosen_on_held_out"]
    spikes = f"{fmean(run['hidden_spikes_per_sample'] for run in runs):.0f}" if runs else "-"
    threads = sorted({run["threads"] for run in runs})
    seconds = f"{fmean(run['seconds'] for run in runs):.0f} ({_list(threads)} thread(s))" if runs else "-"
    return [
        rule.upper(),
        str(len(runs)),
        percent(entry["best"]),
        percent(entry["published"]),
        percent(entry["final"]),
        f"{percent(chosen)} ({chosen['seeds']})" if chosen else "-",
        spikes,
        seconds,
    ]


def _epochs(runs: Sequence[Mapping[str, Any]]) -> str:
    reached = [run["epochs_to_reach"] for run in runs if run["epochs_to_reach"] is not None]
    if not reached:
        return "not reached" if runs else "-"
    mean = f"{fmean(reached):.1f}"
    return mean if len(reached) == len(runs) else f"{mean} ({len(reached)} of {len(runs)} runs)"


def _list(values: Iterable[object], word: str = "or") -> str:
    return f" {word} ".join(map(str, values))


def percent(figure: Mapping[str, Any] | None) -> str:
    """Return a mean and its SD in %, or a dash."""
    if figure is None:
        return "-"
    spread = "" if figure["sd"] is None else f" ± {100 * figure['sd']:.2f}"
    return f"{100 * figure['mean']:.2f}{spread} %"


def rows(cells: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in cells]
