"""How near gradients come to those of exact backpropagation, over the epochs."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.plotting.style import GREY, clean, epoch_axis, legend_below, new_figure, rule_colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["gradient_alignment", "gradient_alignments"]

_STYLES = ("-", "--", ":", "-.")


def gradient_alignment(runs: Mapping[str, Sequence[EpochRecord]], title: str) -> Figure:
    """Draw the angle to the exact gradient of each hidden layer, and the fraction of feedback with the right sign.

    Parameters
    ----------
    runs : mapping of str to sequence of EpochRecord
        One colour a run, that of the rule if it is called like one; one style of line a hidden layer. Records with the
        figures of `pynn_sfdfa.training.gradients.GradientAlignment`.
    title : str
    """
    return gradient_alignments({title: runs})


def gradient_alignments(tasks: Mapping[str, Mapping[str, Sequence[EpochRecord]]]) -> Figure:
    """Draw the same for several tasks, side by side.

    Parameters
    ----------
    tasks : mapping
        By title: runs as for `gradient_alignment`.
    """
    figure = new_figure(7.0 if len(tasks) == 1 else 4.4 * len(tasks), 5.2)
    panels = figure.subplots(2, len(tasks), sharex="col", sharey="row", squeeze=False, height_ratios=[1.4, 1.0])
    for (title, runs), angles, signs in zip(tasks.items(), *panels, strict=True):
        _draw(angles, signs, runs, title)
    angles, signs = panels[:, 0]
    angles.set_ylim(bottom=0)
    signs.set_ylim(0, 103)
    angles.set_ylabel("angle to the exact\ngradient (degrees)")
    signs.set_ylabel("feedback with the sign\nof the forward path (%)")
    return figure


def _draw(angles: Axes, signs: Axes, runs: Mapping[str, Sequence[EpochRecord]], title: str) -> None:
    colours = rule_colours(runs)
    for name, records in runs.items():
        colour = colours[name]
        measured = [record for record in records if record.extra]
        epochs, hidden = [record.epoch for record in measured], len(measured[0].alignment)
        for layer, style in zip(range(1, hidden + 1), cycle(_STYLES), strict=False):
            label = f"{name}, hidden layer {layer}" if hidden > 1 else name
            line: dict[str, Any] = {
                "color": colour,
                "linestyle": style,
                "linewidth": 2,
                "marker": "o",
                "markersize": 3,
                "label": label,
            }
            angles.plot(epochs, [record.extra[f"gradient_angle_{layer}"] for record in measured], **line)
            signs.plot(epochs, [100 * record.extra[f"sign_agreement_{layer}"] for record in measured], **line)
    angles.axhline(90.0, color=GREY, linewidth=0.8, linestyle=":")
    clean(angles, title)
    clean(signs)
    for axes in (angles, signs):
        epoch_axis(axes, max(records[-1].epoch for records in runs.values()))
    angles.set_xlabel("")
    legend_below(signs, 3)
