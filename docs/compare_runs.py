"""Draw the test accuracy of several runs in one picture, and keep the figures of the runs in benchmarks/results.

.venv/bin/python docs/compare_runs.py docs/mnist.png runs/mnist-sfdfa-seed1 runs/mnist-dfa-seed1

Of each run, ``summary.json`` and ``metrics.jsonl`` are kept as ``EXPERIMENT-RULE-seedSEED.json`` and ``.jsonl``.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pynn_sfdfa import config, plotting
from pynn_sfdfa.plotting.style import COLOURS, clean, epoch_axis, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"


@dataclass(frozen=True)
class Run:
    """A finished run: experiment, rule, seed, and test accuracy (a fraction) after each epoch."""

    experiment: str
    rule: str
    seed: int
    accuracy: tuple[float, ...]

    @property
    def name(self) -> str:
        """What the command line calls the folder of such a run."""
        return f"{self.experiment}-{self.rule}-seed{self.seed}"


def read(folder: Path) -> Run:
    """Return the run in a folder."""
    settings = config.load(str(folder / "config.toml"))
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    accuracy = tuple(record["test_accuracy"] for record in records)
    return Run(settings.name, settings.learning.rule, settings.training.seed, accuracy)


def draw(runs: Sequence[Run]) -> Figure:
    """Return a picture with one curve a run."""
    figure = new_figure(7.0, 4.0)
    axes = figure.subplots()
    for run, colour in zip(runs, COLOURS, strict=False):
        percent = [100 * a for a in run.accuracy]
        label = f"{run.rule.upper()}, seed {run.seed}: best {max(percent):.2f} %"
        axes.plot(range(1, len(percent) + 1), percent, color=colour, linewidth=2, marker="o", markersize=3, label=label)
    clean(axes, f"{', '.join(sorted({run.experiment for run in runs}))}: test accuracy while learning")
    epoch_axis(axes, max(len(run.accuracy) for run in runs))
    axes.set_ylabel("test accuracy (%)")
    axes.legend(frameon=False, loc="lower right")
    return figure


def main(picture: Path, folders: Sequence[Path], results: Path = RESULTS) -> None:
    """Write the picture, and copy the figures of the runs."""
    runs = [read(folder) for folder in folders]
    plotting.save(draw(runs), picture)
    for run, folder in zip(runs, folders, strict=True):
        shutil.copyfile(folder / "summary.json", results / f"{run.name}.json")
        shutil.copyfile(folder / "metrics.jsonl", results / f"{run.name}.jsonl")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("Name the picture and the folders of runs: python docs/compare_runs.py docs/mnist.png runs/A runs/B")
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
