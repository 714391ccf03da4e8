"""Samples that are images, each pixel of which is an input unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pynn_sfdfa import datasets
from pynn_sfdfa.experiments.config import ConfigError

if TYPE_CHECKING:
    from pynn_sfdfa.encoding.recordings import Recordings
    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["check", "height_and_width"]


def height_and_width(part: datasets.Samples | Recordings | SpikeTrains, n_units: int) -> tuple[int, int] | None:
    """Return height and width of images of one channel; None of all else."""
    if not isinstance(part, datasets.Samples) or part.values.ndim != 3:
        return None
    height, width = part.values.shape[1:]
    return (height, width) if height * width == n_units else None


def check(settings: Experiment, part: datasets.Samples | Recordings | SpikeTrains, n_units: int) -> None:
    """Check that windows move over images as they are, not over as many pixels in another shape.

    Raises
    ------
    ConfigError
        If not; names the shape that the images have.
    """
    given = settings.network.input_shape
    if given is None or not isinstance(part, datasets.Samples) or part.values.ndim not in (3, 4):
        return
    shape = (1, *part.values.shape[1:])[-3:]
    if math.prod(shape) == n_units == math.prod(given) and given != shape:
        raise ConfigError(
            f"{settings.name}: network.input_shape = {list(given)}, but the images have the channels, height and width "
            f"{list(shape)}; set it to that."
        )
