"""Picture of two objectives: what no other setting beats in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from pynn_sfdfa.plotting.style import COLOURS, GREY, clean, legend_below, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

__all__ = ["front", "pareto"]


def front(costs: Sequence[float], scores: Sequence[float]) -> list[int]:
    """Return the indices of the points that no other one beats, in order of their costs.

    A point beats another if it costs no more and scores no less, and differs in one of them; of equal points the first
    stands for all.

    Parameters
    ----------
    costs : sequence of float
        The fewer the better.
    scores : sequence of float
        The more the better.
    """
    found: list[int] = []
    best = -np.inf
    for index in sorted(range(len(costs)), key=lambda index: (costs[index], -scores[index])):
        if scores[index] > best:
            best = scores[index]
            found.append(index)
    return found


def pareto(costs: Sequence[float], scores: Sequence[float], cost: str, score: str, title: str) -> Figure:
    """Draw the scores of settings over what they cost, and a line through those that no other one beats.

    Parameters
    ----------
    costs : sequence of float
        At least one.
    scores : sequence of float
        Fractions, one for each cost.
    cost, score : str
        What they are.
    title : str
    """
    percent = 100 * np.asarray(scores, np.float64)
    best = front(costs, scores)
    figure = new_figure(6.0, 4.2)
    axes = figure.add_subplot()
    axes.scatter(costs, percent, s=22, color=GREY, alpha=0.6, linewidths=0, label="settings")
    across, up = [costs[index] for index in best], percent[best]
    axes.plot(across, up, drawstyle="steps-post", color=COLOURS[0], marker="o", label="beaten by none")
    axes.set_xlabel(cost)
    axes.set_ylabel(f"{score} (%)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    clean(axes, title)
    legend_below(figure, axes, 2)
    return figure
