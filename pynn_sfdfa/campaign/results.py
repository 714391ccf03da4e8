"""From finished runs to the result file of a table, which says all that its texts and pictures are made of."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.campaign.published import NOTES, PUBLISHED
from pynn_sfdfa.campaign.tables import HELD_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pynn_sfdfa.campaign.finished_run import FinishedRun
    from pynn_sfdfa.campaign.tables import Table
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["commit", "distinct", "mean_and_sd", "of_rule", "result"]

_OF_A_RUN = ("learning.rule", "training.seed", "training.threads", "data.validation", "metrics")
"""Settings in which the runs of a table differ, or that change no result."""

_ROOT = Path(__file__).parents[2]
_PACKAGE = ("pynn_sfdfa", "models", "hardware")
"""Its folders in a checkout."""


def result(
    table: Table,
    settings: Experiment,
    runs: Sequence[FinishedRun],
    held_out: Sequence[FinishedRun],
    machine: Mapping[str, str | int],
) -> dict[str, Any]:
    """Return the contents of ``<table>.json``; accuracies are fractions.

    Parameters
    ----------
    table : Table
    settings : Experiment
        Of any run of the table.
    runs : sequence of FinishedRun
        On all training samples.
    held_out : sequence of FinishedRun
        With held-out samples.
    machine : mapping
        What the reader must know about the machine.
    """
    rules = dict.fromkeys(run.spec.rule for run in [*runs, *held_out])
    of_rules = {
        rule: (
            [_of_run(run, table.reach) for run in runs if run.spec.rule == rule],
            [_of_held_out_run(run) for run in held_out if run.spec.rule == rule],
        )
        for rule in rules
    }
    return {
        "table": table.experiment,
        "hidden_sizes": list(settings.network.hidden_labels),
        "epochs": settings.training.epochs,
        "reach": table.reach,
        "held_out_share": HELD_OUT,
        "note": NOTES.get(table.experiment),
        "rules": {rule: of_rule(table.experiment, rule, *entries) for rule, entries in of_rules.items()},
        "settings": _without(settings.settings(), _OF_A_RUN),
        "made_with": distinct([_versions(run.provenance) for run in [*runs, *held_out]]),
        "collected": {"date": time.strftime("%Y-%m-%d"), "commit": commit(), **machine},
    }


def _without(settings: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return nested settings without some keys, ``table.key`` each."""
    return {
        name: _without(value, [key.removeprefix(f"{name}.") for key in keys if key.startswith(f"{name}.")])
        if isinstance(value, dict)
        else value
        for name, value in settings.items()
        if name not in keys
    }


def of_rule(
    experiment: str, rule: str, runs: Sequence[dict[str, Any]], held_out: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures of one rule, from the entries of its runs."""
    published = PUBLISHED.get((experiment, rule))
    return {
        "best": mean_and_sd([run["best_test_accuracy"] for run in runs]),
        "final": mean_and_sd([run["final_test_accuracy"] for run in runs]),
        "chosen_on_held_out": mean_and_sd([run["chosen_test_accuracy"] for run in held_out]),
        "published": None if published is None else published.entry(),
        "runs": runs,
        "held_out_runs": held_out,
    }


def _of_run(run: FinishedRun, reach: float | None) -> dict[str, Any]:
    accuracy = [record.test_accuracy for record in run.records]
    best = accuracy.index(max(accuracy))  # not the chosen epoch: data may have validation samples of their own
    reached = [record.epoch for record in run.records if reach is not None and record.test_accuracy >= reach]
    return {
        "seed": run.spec.seed,
        "best_test_accuracy": accuracy[best],
        "best_epoch": run.records[best].epoch,
        "final_test_accuracy": accuracy[-1],
        "epochs_to_reach": reached[0] if reached else None,
        "hidden_spikes_per_sample": sum(run.records[-1].spikes_per_sample[:-1]),
        "seconds": round(run.seconds, 1),
        "threads": run.summary["threads"],
        "test_accuracy": [round(value, 6) for value in accuracy],
    }


def _of_held_out_run(run: FinishedRun) -> dict[str, Any]:
    return {
        "seed": run.spec.seed,
        "chosen_epoch": run.chosen.epoch,
        "held_out_accuracy": run.chosen.validation_accuracy,
        "chosen_test_accuracy": run.chosen.test_accuracy,
    }


def mean_and_sd(values: Sequence[float]) -> dict[str, Any] | None:
    """Return mean, sample standard deviation (None for one value) and number of values; None if there are none."""
    if not values:
        return None
    sd = round(stdev(values), 8) if len(values) > 1 else None
    return {"mean": round(fmean(values), 8), "sd": sd, "seeds": len(values)}


def _versions(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provenance of a run without the release of its operating system, which no result depends on."""
    return {name: value for name, value in provenance.items() if name != "platform"}


def distinct(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries without those that are equal to an earlier one."""
    return list({str(sorted(entry.items())): dict(entry) for entry in entries}.values())


def commit(root: Path = _ROOT) -> str | None:
    """Return the commit of the checkout that this package is imported from, or None if that cannot be known.

    It ends in ``-dirty``, as git has it, if the package has been changed since; results may have been.
    """
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD").stdout.strip()
        changed = _git(root, "diff", "--quiet", "HEAD", "--", *_PACKAGE).returncode
    except FileNotFoundError:  # a checkout without git
        return None
    return f"{head}-dirty" if head and changed else head or None


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
