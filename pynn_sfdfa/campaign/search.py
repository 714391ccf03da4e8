"""Searching settings with Optuna: what is tried next follows from what has been seen, and bad runs are given up.

All that a search knows lies in an SQLite file, ``search.db`` in the folder of the sweep; only one process writes to it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna.exceptions import StorageInternalError
from optuna.trial import Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from pynn_sfdfa.campaign.finished_run import read
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.campaign.sweep import SEARCH, SweepError, SweepRun
from pynn_sfdfa.experiments.toml import format_value
from pynn_sfdfa.support.files import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pynn_sfdfa.campaign.distributions import Distribution
    from pynn_sfdfa.campaign.execution import Outcome
    from pynn_sfdfa.campaign.sweep import Sweep
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["Search", "TrialRun"]

_STUDY = "sweep"


@dataclass(frozen=True)
class TrialRun:
    """A trial of the search: its number, counted from 0, and the run that stands for it."""

    number: int
    run: SweepRun


class Search:
    """A search that may have been begun before.

    Parameters
    ----------
    sweep : Sweep
        With ``method = "tpe"``.
    folder : Path
        Of the sweep; it must be there, and no other process may write to it.
    cores : callable, optional
        Returns the second objective of some settings; needed if the sweep says to minimise it.

    Raises
    ------
    SweepError
        If a bound of a range is not valid in the experiment, or the folder holds another search.
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written.
    """

    def __init__(self, sweep: Sweep, folder: Path, cores: Callable[[Experiment], int] | None = None) -> None:
        self._sweep, self._folder, self._cores = sweep, folder, cores
        self._file = folder / SEARCH
        check(sweep)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with self._told():
            self._study = optuna.create_study(
                storage=optuna.storages.RDBStorage(
                    "sqlite://", engine_kwargs={"creator": lambda: sqlite3.connect(self._file, check_same_thread=False)}
                ),
                pruner=optuna.pruners.MedianPruner(),
                study_name=_STUDY,
                directions=["maximize", "minimize"] if sweep.minimise else ["maximize"],
                load_if_exists=True,
            )
            self._check_same_search()

    def next(self) -> TrialRun | None:
        """Return a trial with settings of its own, or None if there have been as many as the sweep has draws."""
        with self._told():
            if len(self._study.get_trials(deepcopy=False)) >= self._sweep.draws:
                return None
            number = len(self._study.get_trials(deepcopy=False))
            self._seed(number, 0)
            return self._with_settings(self._study.ask())

    def interrupted(self) -> list[TrialRun]:
        """Return the trials that had begun and not ended when the search was interrupted."""
        with self._told():
            trials = self._study.get_trials(deepcopy=False, states=[TrialState.RUNNING])
            found = []
            for trial in trials:
                self._seed(trial.number, 0)
                found.append(self._with_settings(self._trial(trial.number)))
            return found

    def goes_on(self, trial: TrialRun, epoch: int, score: float) -> bool:
        """Take note of the score in an epoch and return whether to go on; with two objectives the answer is yes."""
        if self._sweep.minimise:
            return True
        with self._told():
            own = self._trial(trial.number)
            if epoch not in self._study.get_trials(deepcopy=False)[trial.number].intermediate_values:
                own.report(score, epoch)
            return not own.should_prune()

    def end(self, trial: TrialRun, outcome: Outcome) -> None:
        """Take note of how the run of a trial ended.

        Settings with which a network cannot learn have the score 0, so that the search avoids them; with two objectives
        they count as failed, since few cores would speak for them.
        """
        with self._told():
            if outcome.error is not None:
                self._trial(trial.number).set_user_attr("error", outcome.error)
            if outcome.error is None:
                finished = read(trial.run.spec)
                assert finished is not None
                values = [finished.chosen.score]
                if self._cores is not None:
                    values.append(self._cores(trial.run.spec.settings))
                self._study.tell(trial.number, values)
            elif outcome.pruned:
                self._study.tell(trial.number, state=TrialState.PRUNED)
            elif outcome.hopeless and not self._sweep.minimise:
                self._study.tell(trial.number, 0.0)
            else:
                self._study.tell(trial.number, state=TrialState.FAIL)

    def count(self) -> int:
        """Return how many trials have ended."""
        with self._told():
            return sum(trial.state.is_finished() for trial in self._study.get_trials(deepcopy=False))

    def results(self) -> tuple[list[SweepRun], dict[str, str], dict[str, int]]:
        """Return all runs that have ended, why some did not come to their end, and cores, by name."""
        runs, errors, cores = [], {}, {}
        with self._told():
            for trial in self._study.get_trials(deepcopy=False):
                if trial.state.is_finished():
                    run = self._run(trial.number, self._values(trial.params))
                    runs.append(run)
                    if "error" in trial.user_attrs:
                        errors[run.spec.name] = trial.user_attrs["error"]
                    elif self._sweep.minimise:
                        cores[run.spec.name] = int(trial.values[1])
        return runs, errors, cores

    def _check_same_search(self) -> None:
        sweep = self._sweep
        described = json.dumps(
            {
                "settings": sweep.settings({}, sweep.seeds[0]).settings() | {"name": sweep.experiment},
                "random": {key: [own.kind, list(own.values)] for key, own in sweep.random.items()},
                "random_seed": sweep.random_seed,
                "minimise": sweep.minimise,
            },
            sort_keys=True,
        )
        before = self._study.user_attrs.get("sweep")
        if before is None:
            self._study.set_user_attr("sweep", described)
        elif before != described:
            raise SweepError(
                f"{self._folder} holds a search of other settings or ranges, or with another random_seed; only draws "
                "may grow. Name another folder with --out."
            )

    def _seed(self, number: int, draw: int) -> None:
        """Let what is drawn depend on the trials so far alone: after an interruption the search goes on as it would."""
        seed = int(np.random.SeedSequence([self._sweep.random_seed, number, draw]).generate_state(1)[0])
        self._study.sampler = optuna.samplers.TPESampler(seed=seed, multivariate=False)

    def _trial(self, number: int) -> Trial:
        return Trial(self._study, self._study.get_trials(deepcopy=False)[number]._trial_id)

    def _with_settings(self, trial: Trial) -> TrialRun:
        for draw, (key, distribution) in enumerate(self._sweep.random.items(), start=1):
            self._seed(trial.number, draw)
            _suggest(trial, key, distribution)
        return TrialRun(trial.number, self._run(trial.number, self._values(trial.params)))

    def _values(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {key: _as_setting(own, parameters[key]) for key, own in self._sweep.random.items()}

    def _run(self, number: int, values: dict[str, Any]) -> SweepRun:
        settings = self._sweep.settings(values, self._sweep.seeds[0])
        return SweepRun(values, RunSpec(settings, self._folder / f"trial-{number + 1:04}"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (StorageInternalError, SQLAlchemyError, sqlite3.Error) as error:
            reason = error.__cause__ or error
            raise WriteError(None, str(reason), str(self._file)) from None


def check(sweep: Sweep) -> list[Experiment]:
    """Check that every bound and choice is valid in the experiment by itself.

    Returns
    -------
    list of Experiment
        Those of these settings that hold out no training samples: their data must have validation samples.

    Raises
    ------
    SweepError
        If a bound or choice is not valid, or a key changes nothing.
    """
    ranges = sweep.random
    first = {key: own.values[0] for key, own in ranges.items()}
    others = [first | {key: value} for key, own in ranges.items() for value in own.values[1:]]
    settings = [sweep.settings(point, sweep.seeds[0]) for point in [first, *others]]
    sweep.check_effects(settings)
    return [one for one in settings if not one.data.validation]


def _suggest(trial: Trial, key: str, distribution: Distribution) -> None:
    """Have a value drawn, unless it was before the search was interrupted."""
    if distribution.kind == "choice":
        trial.suggest_categorical(key, [format_value(value) for value in distribution.values])
        return
    low, high = distribution.values
    if distribution.kind == "integers":
        trial.suggest_int(key, low, high)
    else:
        trial.suggest_float(key, low, high, log=distribution.kind == "log_uniform")


def _as_setting(distribution: Distribution, parameter: Any) -> Any:
    if distribution.kind == "choice":
        return next(value for value in distribution.values if format_value(value) == parameter)
    return distribution.rounded(parameter)
