"""Pictures of how a run went: accuracy and feedback alignment over the epochs."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from pynn_sfdfa.plotting.style import COLOURS, GREY, clean, epoch_axis, legend_below, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["alignment", "learning_curve"]

_MANY_EPOCHS = 40  # above this, markers of single epochs only clutter


def learning_curve(runs: Mapping[str, Sequence[EpochRecord]], title: str) -> Figure:
    """Draw training and test accuracy over the epochs and mark the best test accuracy.

    Parameters
    ----------
    runs : mapping of str to sequence of EpochRecord
        One colour a run; each needs at least one epoch.
    title : str
    """
    figure = new_figure(7.0, 4.2)
    axes = figure.add_subplot()
    for (name, records), colour in zip(runs.items(), cycle(COLOURS), strict=False):
        epochs = [record.epoch for record in records]
        prefix = f"{name}, " if len(runs) > 1 else ""
        marker = "o" if len(records) <= _MANY_EPOCHS else ""
        best = max(records, key=lambda record: record.test_accuracy)  # the first of equals
        axes.plot(
            epochs,
            [100 * record.train_accuracy for record in records],
            color=colour,
            linewidth=1.2,
            linestyle="--",
            marker=marker,
            markersize=2.5,
            label=f"{prefix}training",
        )
        axes.plot(
            epochs,
            [100 * record.test_accuracy for record in records],
            color=colour,
            linewidth=2,
            marker=marker,
            markersize=3.5,
            label=f"{prefix}test",
        )
        axes.plot(
            best.epoch,
            100 * best.test_accuracy,
            linestyle="",
            marker="o",
            markersize=10,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=1.6,
            label=f"{prefix}best test: {100 * best.test_accuracy:.2f} % (epoch {best.epoch})",
        )
    clean(axes, title)
    epoch_axis(axes, max(records[-1].epoch for records in runs.values()))
    axes.set_ylabel("accuracy (%)")
    legend_below(axes, 3)
    return figure


def alignment(records: Sequence[EpochRecord], title: str) -> Figure:
    """Draw the cosine between feedback and forward weights of each hidden layer over the epochs.

    Parameters
    ----------
    records : sequence of EpochRecord
        At least one.
    title : str
    """
    figure = new_figure(7.0, 3.6)
    axes = figure.add_subplot()
    epochs = [record.epoch for record in records]
    layers = list(zip(*(record.alignment for record in records), strict=True))
    for number, (cosines, colour) in enumerate(zip(layers, cycle(COLOURS), strict=False), start=1):
        label = f"hidden layer {number}" if len(layers) > 1 else "hidden layer"
        marker = "o" if len(records) <= _MANY_EPOCHS else ""
        axes.plot(epochs, cosines, color=colour, linewidth=2, marker=marker, markersize=3.5, label=label)
    axes.axhline(1.0, color=GREY, linewidth=0.8, linestyle=":")
    _lower_limit(axes, min((min(cosines) for cosines in layers), default=0.0))
    clean(axes, title)
    epoch_axis(axes, epochs[-1])
    axes.set_ylabel("cosine of feedback and\nforward weights (1 = aligned)")
    if len(layers) > 1:
        legend_below(axes, 4)
    return figure


def _lower_limit(axes: Axes, smallest: float) -> None:
    axes.set_ylim(min(0.0, smallest - 0.05), 1.05)
