"""Of how many pixels the camera of recordings is: recorded in the settings of a run, for those without its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["as_in", "recorded"]


def recorded(settings: Experiment, sensor: tuple[int, int] | None) -> Experiment:
    """Return the settings with the size of the camera, if it is known."""
    if sensor is None:
        return settings
    return settings.model_copy(update={"data": settings.data.model_copy(update={"sensor": sensor})})


def as_in(before: Experiment, settings: Experiment) -> Experiment:
    """Return the settings with the camera that a run has recorded, if they give none."""
    return settings if settings.data.sensor is not None else recorded(settings, before.data.sensor)
