"""Test accuracy over the epochs for several rules, with what the seeds make of it, one panel a task."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.plotting.style import clean, epoch_axis, legend_below, new_figure, rule_colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["convergence"]

_COLUMNS = 2


def convergence(tasks: Mapping[str, Mapping[str, Sequence[Sequence[float]]]]) -> Figure:
    """Draw the mean over the seeds and a band from the lowest to the highest of them.

    Parameters
    ----------
    tasks : mapping
        By task and rule ("sfdfa-best": with what was found better than the published settings): one curve a seed, test
        accuracies (fractions) after each epoch.
    """
    lines = math.ceil(len(tasks) / _COLUMNS)
    columns = min(_COLUMNS, len(tasks))
    figure = new_figure(5.0 * columns, 3.3 * lines)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, (task, rules) in zip(panels, tasks.items(), strict=False):
        _panel(axes, task, rules)
    for axes in panels[len(tasks) :]:
        axes.set_visible(False)
    return figure


def _label(rule: str) -> str:
    name, _, kind = rule.partition("-")
    return f"{name.upper()} {kind}".strip()


def _panel(axes: Axes, task: str, rules: Mapping[str, Sequence[Sequence[float]]]) -> None:
    lowest, highest, last = [], [], 1
    colours = rule_colours(map(_label, rules))
    for rule in sorted(rules, key=lambda rule: -np.asarray(rules[rule])[:, -1].mean()):  # the best is named first
        curves = 100 * np.asarray(rules[rule], dtype=np.float64)
        epochs, mean = np.arange(1, curves.shape[1] + 1), curves.mean(axis=0)
        colour = colours[_label(rule)]
        seeds = f"{len(curves)} seeds" if len(curves) > 1 else "1 seed"
        axes.plot(epochs, mean, color=colour, linewidth=1.8, label=f"{_label(rule)}, {seeds}")
        axes.fill_between(epochs, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.2, linewidth=0)
        lowest.append(mean[min(len(mean) - 1, len(mean) // 10)])
        highest.append(curves.max())
        last = max(last, len(mean))
    clean(axes, task)
    epoch_axis(axes, last)
    margin = 0.15 * (max(highest) - min(lowest)) or 1.0
    axes.set_ylim(min(lowest) - margin, max(highest) + margin)  # the first epochs would press the rest together
    axes.set_ylabel("test accuracy (%)")
    legend_below(axes, 2)
