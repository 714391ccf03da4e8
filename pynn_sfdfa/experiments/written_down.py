"""What a run writes down of its data, for those who have none: what classes are called, and how large a camera is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pynn_sfdfa.datasets import Dataset
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["as_in", "class_names", "recorded"]


def class_names(settings: Experiment, dataset: Dataset) -> tuple[str, ...]:
    """Return the names of the classes that the data set has, or else the experiment; none if neither has some.

    Raises
    ------
    ConfigError
        If those of the experiment are not those of the data set, or are not as many.
    """
    given, found = settings.data.classes, dataset.classes
    if given and found is not None and given != found:
        raise ConfigError(
            f"data.classes says {short(', '.join(given))}, and {dataset.source} has the classes "
            f"{short(', '.join(found))}. Leave it out, or give the folders those names."
        )
    if given and len(given) != dataset.n_classes:
        raise ConfigError(
            f"data.classes names {len(given)} classes, and {dataset.source} has {dataset.n_classes}. Name each, in "
            "the order of their numbers, or leave it out."
        )
    return found or given


def recorded(settings: Experiment, **found: Any) -> Experiment:
    """Return the settings with what was found in the data: ``classes``, their names, and ``sensor``, the camera's size.

    The latter is None for data that are no ``events:PATH``.
    """
    return settings.model_copy(update={"data": settings.data.model_copy(update=found)})


def as_in(before: Experiment, settings: Experiment) -> Experiment:
    """Return the settings with what a run has recorded, where they give none."""
    given, known = settings.data, before.data
    sensor = known.sensor if given.sensor is None else given.sensor
    return recorded(settings, classes=given.classes or known.classes, sensor=sensor)
