"""The confusion matrix as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import PowerNorm

from pynn_sfdfa.plotting.style import INK, clean, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = ["confusion_matrix"]

_MOST_NUMBERED = 12  # above this many classes, numbers in the cells would be too small to read


def confusion_matrix(matrix: ArrayLike, title: str, classes: Sequence[str] = ()) -> Figure:
    """Draw a confusion matrix: shades are shares of the true class, numbers are samples.

    Parameters
    ----------
    matrix : integer array, shape (n_classes, n_classes)
        Samples by true class (row) and predicted class (column).
    title : str
    classes : sequence of str, optional
        Names, which stand beside the axes; default: numbers.
    """
    counts = np.asarray(matrix)
    n_classes = len(counts)
    percent = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = new_figure(6.4, 5.4)
    axes = figure.add_subplot()
    # The square root keeps rare confusions visible beside a full diagonal.
    image = axes.imshow(percent, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=100))
    if n_classes <= _MOST_NUMBERED:
        for (true, predicted), count in np.ndenumerate(counts):
            if count:
                dark = percent[true, predicted] > 35
                colour = "white" if dark else INK
                inside = axes.text(predicted, true, str(count), ha="center", va="center", fontsize=8, color=colour)
                inside.set_in_layout(False)  # its size is of no consequence, and takes long to find out
    step = 1 if n_classes <= 20 else 5
    shown = range(0, n_classes, step)
    axes.set_xticks(shown)
    axes.set_yticks(shown)
    if classes:
        names = [classes[k] for k in shown]
        axes.set_xticklabels(names, rotation=45, ha="right")
        axes.set_yticklabels(names)
    clean(axes, title)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    bar = figure.colorbar(image, ax=axes, shrink=0.9, ticks=[0, 1, 5, 10, 25, 50, 100])
    bar.set_label("share of the true class (%)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)
    return figure
