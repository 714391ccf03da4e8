"""Test accuracy over seconds of training, of several systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import LogLocator

from pynn_sfdfa.plotting.style import COLOURS, GREY, clean, legend_below, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

__all__ = ["accuracy_over_seconds"]

_LINES = ("-", "--")
_LOWEST = 80.0
"""Where the axis begins if there are levels above, in percent: the first seconds would press the rest together."""


def accuracy_over_seconds(
    systems: Mapping[str, Sequence[tuple[float, float]]], levels: Sequence[float], seconds: str, title: str
) -> Figure:
    """Draw a curve for each system, and a mark where it is first seen to reach a level.

    Parameters
    ----------
    systems : mapping
        By what they are called: seconds of training (> 0) and test accuracy (a fraction) then, in order; at least one.
    levels : sequence of float
        Fractions, at least one.
    seconds : str
        Which seconds these are.
    title : str
    """
    figure = new_figure(7.5, 4.6)
    axes = figure.add_subplot()
    for level in levels:
        axes.axhline(100 * level, color=GREY, linewidth=0.8, linestyle=":")
    best = 0.0
    for k, (name, points) in enumerate(systems.items()):
        times, accuracies = np.asarray(points, np.float64).T
        colour, line = COLOURS[k % len(COLOURS)], _LINES[k // len(COLOURS) % len(_LINES)]
        axes.plot(times, 100 * accuracies, color=colour, linestyle=line, linewidth=1.8, label=name)
        at = [int(np.argmax(accuracies >= level)) for level in levels if accuracies.max() >= level]
        axes.plot(times[at], 100 * accuracies[at], "o", color=colour, markersize=5)
        best = max(best, 100 * accuracies.max())
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.set_xlabel(seconds)
    axes.set_ylabel("test accuracy (%)")
    if best > _LOWEST:
        axes.set_ylim(_LOWEST, 100.0)
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    clean(axes, title)
    legend_below(figure, axes, 3)
    return figure
