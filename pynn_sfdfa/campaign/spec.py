"""What a run of a campaign is: settings, and the folder that its results go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pynn_sfdfa.experiments import config

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["RunSpec", "make_spec"]


@dataclass(frozen=True)
class RunSpec:
    """One run.

    Attributes
    ----------
    settings : Experiment
    folder : Path
        A folder of its own; the run resumes what it finds there.
    """

    settings: Experiment
    folder: Path

    @property
    def name(self) -> str:
        """Name of the folder, by which the run is shown."""
        return self.folder.name

    @property
    def rule(self) -> str:
        """Name of the learning rule."""
        return self.settings.learning.rule

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return self.settings.training.seed

    @property
    def epochs(self) -> int:
        """Epochs in all."""
        return self.settings.training.epochs

    def with_threads(self, threads: int) -> Experiment:
        """Return the settings with a number of threads, which changes no result."""
        training = self.settings.training.model_copy(update={"threads": threads})
        return self.settings.model_copy(update={"training": training})


def make_spec(experiment: str, overrides: Iterable[str], *, rule: str, seed: int, folder: Path) -> RunSpec:
    """Return the run of an experiment with a rule and a seed.

    Parameters
    ----------
    experiment : str
        As ``pynn-sfdfa train`` takes it.
    overrides : iterable of str
        ``key.path=value`` each.
    rule : str
    seed : int
    folder : Path

    Raises
    ------
    ConfigError
        If the experiment is not there or a key or value is not valid.
    """
    settings = config.load(experiment, [*overrides, f"learning.rule={rule}", f"training.seed={seed}"])
    return RunSpec(settings, folder)
