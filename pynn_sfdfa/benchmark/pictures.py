"""The picture of what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.benchmark.tables import CLOCKS
from pynn_sfdfa.plotting import accuracy_over_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

__all__ = ["learning_picture"]


def learning_picture(report: Mapping[str, Any]) -> Figure:
    """Return test accuracy over seconds of training, from a report of `measure_learning`."""
    systems, task = report["systems"], report["task"]
    return accuracy_over_seconds(
        {name: [(at["seconds"], at["test_accuracy"]) for at in one["curve"]] for name, one in systems.items()},
        levels=[float(level) for level in next(iter(systems.values()))["seconds_to"]],
        seconds=f"seconds of training ({CLOCKS[task['clock']]}, threads: {report['machine']['threads']})",
        title=f"{task['experiment']}, {'-'.join(map(str, task['sizes']))} neurons",
    )
