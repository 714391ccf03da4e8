"""What all pictures share: colours, axes, and writing to a file."""

from __future__ import annotations

import io
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

__all__ = [
    "COLOURS",
    "GREY",
    "INK",
    "beside",
    "clean",
    "epoch_axis",
    "legend_below",
    "new_figure",
    "rule_colours",
    "save",
]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Distinguishable with every kind of colour vision (Okabe and Ito 2008)."""
_ALWAYS = ("SFDFA", "DFA", "BP", "SFDFA best")
"""What rules are called in legends whose colours are the same in all pictures."""
INK = "#222222"
GREY = "#767676"

_DPI = 150


def rule_colours(labels: Iterable[str]) -> dict[str, str]:
    """Return the colour of every rule, by what it is called in the legend."""
    others = sorted(set(labels) - set(_ALWAYS))
    free = cycle(COLOURS[len(_ALWAYS) :])
    return dict(zip(_ALWAYS, COLOURS, strict=False)) | dict(zip(others, free, strict=False))


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, sizes in inches; it belongs to no window and no global list."""
    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained")


def clean(axes: Axes, title: str = "") -> None:
    """Remove what carries no information, and set the title at the left."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=9)
    if title:
        axes.set_title(title, loc="left", fontsize=11, color=INK)


def beside(axes: Axes, text: str, place: tuple[float, float], gap: float, **style: Any) -> None:
    """Write a text at the right of a place, so many points from it."""
    axes.annotate(text, place, xytext=(gap, 0), textcoords="offset points", va="center", **style)


def legend_below(figure: Figure, axes: Axes, columns: int) -> None:
    """Explain what is drawn in some axes below them, under the label of their axis, where nothing can be covered."""
    below = axes.transAxes + ScaledTranslation(0, -0.42, figure.dpi_scale_trans)  # in inches
    style = {"frameon": False, "fontsize": 9, "borderaxespad": 0.0, "columnspacing": 1.4}
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), bbox_transform=below, ncols=columns, **style)


def epoch_axis(axes: Axes, last: int) -> None:
    """Label the horizontal axis with whole epochs and draw a grid."""
    axes.set_xlabel("epoch")
    axes.set_xlim(0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path
        Ends in ``.png``.

    Raises
    ------
    ValueError
        If the path does not end in ``.png``.
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written; ``path`` is as it was.
    """
    if Path(path).suffix.lower() != ".png":
        raise ValueError(f"{path} does not name a PNG picture; let it end in .png.")
    buffer = io.BytesIO()
    figure.set_dpi(_DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(buffer)  # draws once; Figure.savefig does twice, which takes twice as long
    files.write_bytes(path, buffer.getvalue())
