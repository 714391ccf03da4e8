"""What the classes of a data set are called: recorded in the settings of a run, for those who have no data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pynn_sfdfa.datasets import Dataset
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["as_in", "of", "recorded"]


def of(settings: Experiment, dataset: Dataset) -> tuple[str, ...]:
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


def recorded(settings: Experiment, classes: tuple[str, ...]) -> Experiment:
    """Return the settings with the names of the classes."""
    return settings.model_copy(update={"data": settings.data.model_copy(update={"classes": classes})})


def as_in(before: Experiment, settings: Experiment) -> Experiment:
    """Return the settings with the names that a run has recorded, if they give none."""
    return settings if settings.data.classes else recorded(settings, before.data.classes)
