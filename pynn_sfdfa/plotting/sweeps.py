"""Pictures of sweeps: a heat map over two settings, parallel coordinates over any number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from pynn_sfdfa.plotting.style import GREY, INK, beside, clean, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["heat_map", "is_grid", "parallel_coordinates"]

_COLOURS = colormaps["viridis"]
_MANY_TICKS = 8
_MANY_POINTS, _CUT = 8, 0.25  # of so many points, the lowest quarter has one colour


def is_grid(points: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the points have two keys and fill at least half of the plane of their values.

    Parameters
    ----------
    points : sequence of mapping
        The settings of each run, with the same keys in all.
    """
    if not points or len(points[0]) != 2:
        return False
    sizes = [len({str(point[key]) for point in points}) for key in points[0]]
    return 2 * len(points) >= sizes[0] * sizes[1]


def heat_map(points: Sequence[Mapping[str, Any]], scores: Sequence[float], score: str, title: str) -> Figure:
    """Draw scores over the plane of two settings.

    Parameters
    ----------
    points : sequence of mappings
        The values of two keys each; the first key lies on the horizontal axis.
    scores : sequence of float
        Fractions.
    score : str
        What the scores are.
    title : str
    """
    across, up = points[0]
    columns, rows = (_sorted(point[key] for point in points) for key in (across, up))
    cells = np.full((len(rows), len(columns)), np.nan)
    for point, value in zip(points, scores, strict=True):
        cells[rows.index(point[up]), columns.index(point[across])] = 100 * value
    figure = new_figure(1.8 + 0.9 * max(4, len(columns)), 1.5 + 0.6 * max(3, len(rows)))
    axes = figure.add_subplot()
    image = axes.imshow(cells, origin="lower", aspect="auto", cmap=_COLOURS)
    middle = (np.nanmin(cells) + np.nanmax(cells)) / 2
    for (row, column), value in np.ndenumerate(cells):
        if np.isfinite(value):
            colour = "white" if value < middle else INK
            axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(columns)), [_label(value) for value in columns])
    axes.set_yticks(range(len(rows)), [_label(value) for value in rows])
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    clean(axes, title)
    figure.colorbar(image, ax=axes, label=f"{score} (%)")
    return figure


def parallel_coordinates(
    points: Sequence[Mapping[str, Any]], scores: Sequence[float], score: str, title: str
) -> Figure:
    """Draw each point as a line through one axis per setting, coloured by its score, the best ones on top.

    Parameters
    ----------
    points : sequence of mappings
        All with the same keys. Values that are not numbers, or are few, stand at equal distances.
    scores : sequence of float
        Fractions.
    score : str
        What the scores are.
    title : str
    """
    keys = list(points[0])
    percent = 100 * np.asarray(scores, dtype=np.float64)
    figure = new_figure(2.2 + 1.5 * len(keys), 4.6)
    axes = figure.add_subplot()
    heights = np.column_stack([_axis(axes, x, [point[key] for point in points]) for x, key in enumerate(keys)])
    # What went wrong altogether shall not take up the scale.
    lowest = float(np.quantile(percent, _CUT if len(percent) >= _MANY_POINTS else 0.0))
    norm = Normalize(lowest, max(float(percent.max()), lowest + 1e-9))
    for index in np.argsort(percent, kind="stable"):
        colour = _COLOURS(norm(percent[index]))
        axes.plot(range(len(keys)), heights[index], color=colour, linewidth=1.4, alpha=0.8, marker="o", markersize=3)
    axes.set_xlim(-0.4, len(keys) - 0.4)
    axes.set_ylim(-0.06, 1.06)
    axes.set_xticks(range(len(keys)), [key.replace(".", ".\n") for key in keys], fontsize=8)
    axes.set_yticks([])
    clean(axes, title)
    axes.spines[["left", "bottom"]].set_visible(False)
    extend = "min" if percent.min() < lowest else "neither"
    figure.colorbar(ScalarMappable(norm, _COLOURS), ax=axes, label=f"{score} (%)", extend=extend)
    return figure


def _axis(axes: Axes, x: int, values: Sequence[Any]) -> NDArray[np.float64]:
    """Draw the axis of one setting and return the height of each value on it, 0 to 1."""
    distinct = _sorted(values)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in distinct)
    if numbers and len(distinct) > _MANY_TICKS:
        low, high = float(distinct[0]), float(distinct[-1])
        logarithmic = low > 0 and high / low > 20
        scale = np.log if logarithmic else np.asarray
        place = (scale(np.asarray(values, float)) - scale(low)) / (scale(high) - scale(low))
        marks = {0.0: distinct[0], 1.0: distinct[-1]}
    else:
        step = 1 / max(1, len(distinct) - 1)
        place = np.array([distinct.index(value) * step for value in values])
        marks = {index * step: value for index, value in enumerate(distinct)}
    axes.axvline(x, color=GREY, linewidth=0.8, zorder=0)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.5}
    for height, value in marks.items():
        beside(axes, _label(value), (x, height), 5, fontsize=7, color=INK, bbox=box, zorder=3)
    return np.asarray(place, np.float64)


def _sorted(values: Any) -> list[Any]:
    distinct = list({str(value): value for value in values}.values())
    try:
        return sorted(distinct)
    except TypeError:  # of several types
        return sorted(distinct, key=str)


def _label(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
