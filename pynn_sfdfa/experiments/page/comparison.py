"""The page of several runs: their curves over each other, their figures, and the settings in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments.page.curves import curves, flat_settings, percent
from pynn_sfdfa.experiments.page.render import render
from pynn_sfdfa.support import files
from pynn_sfdfa.training.history import best_epoch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["Compared", "write"]


@dataclass(frozen=True, eq=False)
class Compared:
    """A run to compare with others: what it is called, its settings, and its finished epochs, at least one."""

    name: str
    settings: Experiment
    records: tuple[EpochRecord, ...]


def write(path: Path, runs: Sequence[Compared]) -> None:
    """Write the page of several runs.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written.
    """
    shown = {
        "kind": "comparison",
        "name": f"{len(runs)} runs",
        "what": ", ".join(dict.fromkeys(run.settings.name for run in runs)),
        "runs": [_run(run) for run in runs],
        "differences": _differences([flat_settings(run.settings) for run in runs]),
    }
    files.write_text(path, render(f"{len(runs)} runs", shown))


def _run(run: Compared) -> dict[str, Any]:
    best = max(run.records, key=lambda record: record.test_accuracy)
    chosen = best_epoch(run.records)
    last = run.records[-1]
    figures = {
        "best test": f"{percent(best.test_accuracy)} (epoch {best.epoch})",
        "after the last epoch": percent(last.test_accuracy),
        "epochs": str(last.epoch),
        "spikes per sample": f"{sum(last.spikes_per_sample):.0f}",
        "seconds per epoch": f"{sum(record.seconds for record in run.records) / len(run.records):.2f}",
    }
    if chosen.validation_accuracy is not None:
        figures = {
            "validation": f"{percent(chosen.validation_accuracy)} (epoch {chosen.epoch})",
            "its test": percent(chosen.test_accuracy),
            **figures,
        }
    return {
        "name": run.name,
        "figures": figures,
        "epochs": [record.epoch for record in run.records],
        "curves": curves(run.records),
    }


def _differences(settings: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    keys = dict.fromkeys(key for flat in settings for key in flat)
    values = {key: [flat.get(key, "") for flat in settings] for key in keys}
    return [{"key": key, "values": found} for key, found in values.items() if len(set(found)) > 1]
