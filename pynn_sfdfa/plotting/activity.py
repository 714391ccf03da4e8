"""Pictures of spikes: the raster of one sample, and how often output neurons spike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from pynn_sfdfa.plotting.style import COLOURS, GREY, INK, beside, clean, legend_below, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

__all__ = ["LayerSpikes", "raster", "spike_counts"]

_MOST_NAMED = 20  # output neurons that get a label of their own


@dataclass(frozen=True, eq=False)
class LayerSpikes:
    """The spikes of one layer in one trial.

    Attributes
    ----------
    name : str
    size : int
        Number of neurons.
    times : array, shape (n_spikes,)
        ms from the start of the trial.
    units : integer array, shape (n_spikes,)
        Neuron of each spike.
    """

    name: str
    size: int
    times: NDArray[np.floating]
    units: NDArray[np.integer]

    def counts(self) -> NDArray[np.int64]:
        """Return the spikes of each neuron, shape (size,)."""
        return np.bincount(self.units, minlength=self.size)


def raster(layers: Sequence[LayerSpikes], trial_duration: float, label: int, title: str) -> Figure:
    """Draw the spikes of every layer in one trial, input at the bottom, output with its counts at the top.

    Parameters
    ----------
    layers : sequence of LayerSpikes
        From input to output.
    trial_duration : float
        ms
    label : int
        The class of the sample; its output neuron is drawn in colour.
    title : str
    """
    upwards = list(reversed(layers))
    figure = new_figure(7.5, 1.6 + 1.7 * len(layers))
    panels = figure.subplots(len(layers), 1, sharex=True, height_ratios=[1.3] + [1.0] * (len(layers) - 1))
    for axes, layer in zip(panels, upwards, strict=True):
        _spikes(axes, layer, label if layer is upwards[0] else None)
        clean(axes)
    clean(panels[0], title)
    _name_outputs(panels[0], upwards[0], label)
    panels[-1].set_xlim(-0.01 * trial_duration, trial_duration)  # spikes at 0 stand beside the axis, not on it
    panels[-1].set_xlabel("time (ms)")
    return figure


def _spikes(axes: Axes, layer: LayerSpikes, label: int | None) -> None:
    many = layer.size > _MOST_NAMED
    chosen = np.zeros(layer.units.size, bool) if label is None else layer.units == label
    length, width = (4.0, 0.9) if many else (8.0, 1.3)
    for spikes, colour in ((~chosen, INK), (chosen, COLOURS[1])):
        axes.plot(
            layer.times[spikes],
            layer.units[spikes],
            marker="|",
            linestyle="",
            color=colour,
            markersize=length,
            markeredgewidth=width,
        )
    axes.set_ylim(-0.5 - 0.02 * layer.size, layer.size - 0.5 + 0.02 * layer.size)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.set_ylabel(f"{layer.name}\nneuron", fontsize=9)
    note = f"{layer.times.size} spikes, {np.count_nonzero(layer.counts())} of {layer.size} neurons active"
    axes.text(1.0, 1.02, note, transform=axes.transAxes, ha="right", va="bottom", fontsize=8, color=GREY)


def _name_outputs(axes: Axes, output: LayerSpikes, label: int) -> None:
    """Write each output neuron's spike count at the right; the label's neuron in its colour."""
    if output.size > _MOST_NAMED:
        return
    axes.set_yticks(range(output.size))
    axes.tick_params(axis="y", labelsize=8)
    counts = output.counts()
    for neuron, count in enumerate(counts):
        colour = COLOURS[1] if neuron == label else INK
        weight = "bold" if count == counts.max() and count > 0 else "normal"
        at_right = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
        beside(axes, str(count), (1.0, neuron), 4, fontsize=8, color=colour, fontweight=weight, **at_right)
    axes.get_yticklabels()[label].set_color(COLOURS[1])


def spike_counts(counts: ArrayLike, labels: ArrayLike, target: float, other: float, title: str) -> Figure:
    """Draw how often the output neuron of the label spikes, and how often the others do, with their targets.

    Parameters
    ----------
    counts : integer array, shape (n_samples, n_outputs)
    labels : integer array, shape (n_samples,)
    target, other : float
        Spike counts the loss aims at, for the label's neuron and for the others.
    title : str
    """
    spikes = np.asarray(counts)
    of_label = np.zeros(spikes.shape, bool)
    of_label[np.arange(len(spikes)), np.asarray(labels)] = True
    last = max(int(spikes.max(initial=0)), round(target))
    edges = np.arange(last + 2) - 0.5
    figure = new_figure(7.0, 3.8)
    axes = figure.add_subplot()
    for chosen, name, aim, colour in (
        (~of_label, "the other neurons", other, COLOURS[0]),
        (of_label, "the label's neuron", target, COLOURS[1]),
    ):
        heights = np.histogram(spikes[chosen], edges)[0] * 100 / max(np.count_nonzero(chosen), 1)
        axes.stairs(heights, edges, fill=True, color=colour, alpha=0.3)
        axes.stairs(heights, edges, color=colour, linewidth=1.5, label=name)
        axes.axvline(aim, color=colour, linewidth=1.2, linestyle="--", label=f"target {aim:g}")
    clean(axes, title)
    axes.set_xlim(-0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("spikes of an output neuron in a trial")
    axes.set_ylabel("share of the neurons (%)")
    legend_below(figure, axes, 4)
    return figure
