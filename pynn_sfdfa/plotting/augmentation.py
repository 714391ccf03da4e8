"""What a network sees of the same images in different epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.plotting.style import INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from pynn_sfdfa.encoding.augmentation import Augmentation

__all__ = ["augmented_images"]


def augmented_images(images: ArrayLike, augmentation: Augmentation, epochs: int = 4) -> Figure:
    """Draw the first images of a data set in a row, and below them how they are distorted in the first epochs.

    Parameters
    ----------
    images : array, shape (n, height, width)
        As many as there is space for: ten, say.
    augmentation : Augmentation
    epochs : int
        Rows of distorted images.
    """
    shown = np.asarray(images)
    figure = new_figure(0.7 * len(shown) + 0.8, 0.75 * (epochs + 1))
    panels = figure.subplots(epochs + 1, len(shown), squeeze=False)
    for presentation, row in enumerate(panels):
        distorted = augmentation.distorted(shown, np.arange(len(shown)), presentation)
        for axes, image in zip(row, distorted, strict=True):
            axes.imshow(image, cmap="gray_r", vmin=shown.min(), vmax=shown.max())
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        label = f"epoch {presentation}" if presentation else "original"
        row[0].set_ylabel(label, fontsize=9, color=INK, rotation=0, ha="right", va="center")
    return figure
