"""How early a network decides: the accuracy if its trials ended earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.plotting.style import COLOURS, GREY, clean, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

__all__ = ["accuracy_over_time"]

_NEARLY = 0.95  # of the accuracy at the end


def accuracy_over_time(times: Sequence[float], accuracy: Sequence[float], title: str) -> Figure:
    """Draw the accuracy of decisions on what spikes until each moment, and when it is nearly that of whole trials.

    Parameters
    ----------
    times : sequence of float
        ms from the start of the trial, rising; the last one is its end.
    accuracy : sequence of float
        Fraction of the samples that is decided rightly, one for each moment.
    title : str
    """
    figure = new_figure(7.0, 3.6)
    axes = figure.add_subplot()
    axes.plot(times, [100 * share for share in accuracy], color=COLOURS[0], linewidth=2)
    enough = next(k for k, share in enumerate(accuracy) if share >= _NEARLY * accuracy[-1])
    axes.axvline(times[enough], color=GREY, linewidth=1.0, linestyle="--")
    axes.annotate(
        f"{100 * accuracy[enough]:.1f} % at {times[enough]:.0f} ms",
        (times[enough], 3.0),
        xytext=(5, 0),
        textcoords="offset points",
        fontsize=9,
        color=GREY,
    )
    clean(axes, title)
    axes.set(xlim=(0.0, times[-1]), ylim=(0.0, 101.0), xlabel="time of the decision (ms)", ylabel="accuracy (%)")
    axes.grid(color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    return figure
