"""Pictures of layers that see windows of an image: what their maps answer to a sample, and their filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps

from pynn_sfdfa.network.connectivity import Convolution
from pynn_sfdfa.plotting.style import GREY, INK, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.network.shapes import Shape
    from pynn_sfdfa.plotting.activity import LayerSpikes

__all__ = ["feature_maps", "filters", "has_filters", "has_maps"]

_MOST = 16  # maps of a layer, side by side
_MOST_BELOW = 8  # of the maps that a filter sees, one below the other
_SILENT = "#EEEEEE"


def has_maps(network: Network) -> bool:
    """Whether a layer of neurons has the shape of images.

    Parameters
    ----------
    network : Network
    """
    return any(len(layer.shape) == 3 for layer in network.layers)


def has_filters(network: Network) -> bool:
    """Whether a layer is a convolution: sees all windows through the same weights.

    Parameters
    ----------
    network : Network
    """
    return any(_convolution(layer) is not None for layer in network.layers)


def _convolution(layer: Layer) -> Convolution | None:
    """Return the convolution of a layer, which may see sums of the layer below."""
    own = getattr(layer.connectivity, "above", layer.connectivity)
    return own if isinstance(own, Convolution) and own.shared else None


def feature_maps(layers: Sequence[LayerSpikes], shapes: Sequence[Shape], title: str) -> Figure:
    """Draw how often and how early the neurons of each map spike in one trial.

    Parameters
    ----------
    layers : sequence of LayerSpikes
        From the input up.
    shapes : sequence of tuple of int
        Of each of them; drawn are those of (channels, height, width), the first 16 channels. At least one is.
    title : str
    """
    drawn = [(layer, shape) for layer, shape in zip(layers, shapes, strict=True) if len(shape) == 3]
    columns = max(min(_MOST, shape[0]) for _, shape in drawn)
    figure = new_figure(max(5.0, 0.75 * columns + 2.2), 0.6 + 1.6 * len(drawn))
    panels = _panels(figure, 2 * len(drawn), columns)
    for number, (layer, (channels, *size)) in enumerate(drawn):
        counts = layer.counts().reshape(channels, *size)
        first = np.full(layer.size, np.inf)  # which is drawn as silent
        np.minimum.at(first, layer.units, layer.times)
        first = first.reshape(channels, *size)
        part = f", {_MOST} of {channels} maps" if channels > _MOST else ""
        rows = panels[2 * number], panels[2 * number + 1]
        _row(figure, rows[0], counts, "gray_r", f"{layer.name}{part}\nspikes", 0.0, max(1.0, float(counts.max())))
        latest = float(layer.times.max(initial=1.0))
        _row(figure, rows[1], first, "viridis_r", "first spike (ms)", 0.0, latest)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def filters(network: Network, title: str) -> Figure:
    """Draw the weights of each convolution: a column for each of its maps, a row for each map that it sees.

    Parameters
    ----------
    network : Network
        With a convolution, see `has_filters`. Drawn are the first 16 of its maps and the first 8 of those below.
    title : str
    """
    drawn = [
        (layer, _kernels(own, weights))
        for layer, weights in zip(network.layers, network.weights, strict=True)
        if (own := _convolution(layer)) is not None
    ]
    rows = sum(kernels.shape[0] for _, kernels in drawn)
    columns = max(kernels.shape[1] for _, kernels in drawn)
    figure = new_figure(max(5.0, 0.75 * columns + 2.2), 0.6 + max(0.75 * rows, 1.2))
    panels, row = _panels(figure, rows, columns), 0
    for layer, kernels in drawn:
        largest = float(np.abs(kernels).max()) or 1.0
        for below, images in enumerate(kernels):
            label = f"{layer.name} (nA)\nof map {below}" if len(kernels) > 1 else f"{layer.name}\n(nA)"
            _row(figure, panels[row], images, "RdBu_r", label, -largest, largest)
            row += 1
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def _kernels(own: Convolution, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights by map below, own map, and place in the window."""
    height, width = own.kernel  # type: ignore[misc]  # made a pair when it began
    by_place = weights.reshape(-1, height, width, own.channels)
    return by_place.transpose(0, 3, 1, 2)[:_MOST_BELOW, :_MOST]


def _panels(figure: Figure, rows: int, columns: int) -> NDArray[np.object_]:
    """Return places for images, and at the end of each row a narrow one for its scale."""
    found: NDArray[np.object_] = figure.subplots(rows, columns + 1, squeeze=False, width_ratios=[1.0] * columns + [0.1])
    return found


def _row(
    figure: Figure, row: Sequence[Axes], images: NDArray[Any], colours: str, label: str, lowest: float, highest: float
) -> None:
    """Draw images side by side on one scale, which is shown at their end; what is masked is grey."""
    scale = colormaps[colours].with_extremes(bad=_SILENT)
    *places, bar = row
    for axes in places[len(images) :]:
        axes.set_visible(False)
    for axes, image in zip(places, images, strict=False):
        drawn = axes.imshow(image, cmap=scale, vmin=lowest, vmax=highest)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color(GREY)
    row[0].set_ylabel(label, fontsize=8, color=INK, rotation=0, ha="right", va="center")
    figure.colorbar(drawn, cax=bar).ax.tick_params(labelsize=7)
