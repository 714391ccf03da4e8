"""The table of a sweep: one row a run as CSV, and the settings ranked by their mean score."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments.toml import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pynn_sfdfa.campaign.finished_run import FinishedRun
    from pynn_sfdfa.campaign.sweep import SweepRun

__all__ = ["Point", "aligned", "as_cells", "as_csv", "as_rows", "as_text", "ranked", "score_name"]

_FIGURES = ("score", "best_test_accuracy", "final_test_accuracy", "chosen_epoch", "chosen_test_accuracy", "epochs")


@dataclass(frozen=True)
class Point:
    """One setting of a sweep: values of the swept keys, and the scores of its seeds, the best ones first."""

    values: dict[str, Any]
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """Mean over the seeds."""
        return fmean(self.scores)


def score_name(finished: Sequence[FinishedRun]) -> str:
    """Return what the score of these runs is: accuracy on validation samples, or the best on test samples."""
    validated = all(run.chosen.validation_accuracy is not None for run in finished)
    return "validation accuracy" if validated else "best test accuracy"


def as_csv(
    runs: Sequence[SweepRun],
    finished: Mapping[str, FinishedRun],
    errors: Mapping[str, str],
    keys: Sequence[str],
    cores: Mapping[str, int] | None = None,
) -> str:
    """Return one line a run, also of those that are not finished, with what is known of them.

    Parameters
    ----------
    runs : sequence of SweepRun
    finished : mapping
        Finished runs by name.
    errors : mapping
        Why a run failed, by name.
    keys : sequence of str
        The swept keys.
    cores : mapping, optional
        Of finished runs by name.
    """
    counted = [] if cores is None else ["cores"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*keys, "seed", *counted, *_FIGURES, "seconds", "folder", "error"])
    for run in runs:
        name = run.spec.name
        values = as_cells(run.values, keys)
        figures: list[Any] = [""] * (len(_FIGURES) + 1)
        if name in finished:
            done = finished[name]
            figures = [{"score": done.chosen.score, **done.summary}.get(figure, "") for figure in _FIGURES]
            figures.append(round(done.seconds, 1))
        own = [] if cores is None else [cores.get(name, "")]
        writer.writerow([*values, run.spec.seed, *own, *figures, name, errors.get(name, "")])
    return text.getvalue()


def ranked(runs: Sequence[SweepRun], finished: Mapping[str, FinishedRun]) -> list[Point]:
    """Return the settings with at least one finished run, the best mean score first."""
    points: dict[str, tuple[dict[str, Any], list[float]]] = {}
    for run in runs:
        if run.spec.name in finished:
            _, scores = points.setdefault(format_value([str(v) for v in run.values.values()]), (run.values, []))
            scores.append(finished[run.spec.name].chosen.score)
    return sorted((Point(values, tuple(scores)) for values, scores in points.values()), key=lambda p: -p.score)


def as_rows(points: Sequence[Point], keys: Sequence[str], name: str, limit: int = 10) -> list[list[str]]:
    """Return the headings and then the best settings, accuracies in %."""
    rows = [[*keys, "seeds", f"{name} (%)"]]
    for point in points[:limit]:
        spread = f" ± {100 * stdev(point.scores):.2f}" if len(point.scores) > 1 else ""
        rows.append([*as_cells(point.values, keys), str(len(point.scores)), f"{100 * point.score:.2f}{spread}"])
    return rows


def as_text(points: Sequence[Point], keys: Sequence[str], name: str, limit: int = 10) -> str:
    """Return the best settings as a table for reading, accuracies in %."""
    more = f"\n... and {len(points) - limit} more" if len(points) > limit else ""
    return aligned(as_rows(points, keys, name, limit)) + more


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells, the headings first, as columns for reading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def as_cells(values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Return the values of the swept keys as text."""
    return [_shown(values[key]) for key in keys]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else format_value(value)
