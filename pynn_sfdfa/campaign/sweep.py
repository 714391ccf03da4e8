"""Sweeps: many settings of one experiment, as a grid, drawn at random, or both, each with several seeds."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.campaign.distributions import Distribution, parse_distribution
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.experiments import config
from pynn_sfdfa.experiments.config_errors import suggestion
from pynn_sfdfa.experiments.toml import format_value
from pynn_sfdfa.experiments.toml_reader import TOMLError, read
from pynn_sfdfa.experiments.without_effect import without_effect
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["MOST_RUNS", "SEARCH", "Sweep", "SweepError", "SweepRun", "load"]

_TABLES = ("set", "grid", "random")
_METHODS = ("random", "tpe")
_KEYS = ("experiment", "method", "minimise", "seeds", "draws", "random_seed", *_TABLES)
_OWN = {"training.seed": "list the seeds under seeds", "training.threads": "the sweep divides the cores among its runs"}


MOST_RUNS = 10_000
"""Each has a folder of its own and some seconds of start-up."""

SEARCH = "search.db"
"""What a search (method = "tpe") knows, in the folder of the sweep."""

_FEWER = "Lower draws, or list fewer values and seeds."


class SweepError(ValueError):
    """A sweep that cannot be run as it is written; the message names the key, what is valid and the fix."""


@dataclass(frozen=True)
class SweepRun:
    """One run of a sweep: the values of the keys that are swept, and the run."""

    values: dict[str, Any]
    spec: RunSpec


@dataclass(frozen=True)
class Sweep:
    """What a sweep file says.

    Attributes
    ----------
    path : Path
    experiment : str
        A name, or the path of a TOML file.
    seeds : tuple of int
        Each setting is run with each of them.
    fixed : dict
        The same in all runs.
    grid : dict
        Lists of values, all combined.
    random : dict of Distribution
        Drawn ``draws`` times for each combination of the grid.
    draws, random_seed : int
    method : {"random", "tpe"}
        How ``random`` is drawn: at random, or where earlier results are good; see `pynn_sfdfa.campaign.search`.
    minimise : {"cores"}, optional
        A second objective of a search: cores of SpiNNaker.
    """

    path: Path
    experiment: str
    seeds: tuple[int, ...]
    fixed: dict[str, Any]
    grid: dict[str, list[Any]]
    random: dict[str, Distribution]
    draws: int
    random_seed: int
    method: str = "random"
    minimise: str | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are swept."""
        return (*self.grid, *self.random)

    def count(self) -> int:
        """Return how many runs it stands for, some of which may turn out to be the same."""
        combinations = math.prod(len(values) for values in self.grid.values())
        return combinations * (self.draws if self.random else 1) * len(self.seeds)

    def points(self) -> list[dict[str, Any]]:
        """Return the settings that are run, as values of the swept keys; with more draws the first ones stay."""
        points = []
        for number, combination in enumerate(itertools.product(*self.grid.values())):
            for draw in range(self.draws if self.random else 1):
                rng = np.random.default_rng([self.random_seed, number, draw])
                drawn = {key: distribution.draw(rng) for key, distribution in self.random.items()}
                points.append(dict(zip(self.grid, combination, strict=True)) | drawn)
        return points

    def _counted(self) -> str:
        factors = [f"{len(values):,} values of {short(key)}" for key, values in self.grid.items()]
        factors += [f"{self.draws:,} draws"] if self.random else []
        return f"{' x '.join([*factors, f'{len(self.seeds):,} seeds'])} are {self.count():,} runs"

    def runs(self, out: Path) -> list[SweepRun]:
        """Return all runs, in folders below ``out`` that are named by their settings.

        Raises
        ------
        SweepError
            If they are too many, or a key or a value is not valid in the experiment.
        """
        if self.count() > MOST_RUNS:
            raise SweepError(
                f"{self.path}: {self._counted()}, more than the {MOST_RUNS:,} that a sweep can have. {_FEWER}"
            )
        runs = {}
        for point, seed in itertools.product(self.points(), self.seeds):
            settings = self.settings(point, seed)
            folder = out / f"{_digest(settings.settings(), point)}-seed{seed}"
            runs[folder] = SweepRun(point, RunSpec(settings, folder))  # the same values drawn twice are one run
        self.check_effects([run.spec.settings for run in runs.values()])
        return list(runs.values())

    def check_folder(self, out: Path) -> None:
        """Raise SweepError if a folder holds runs of the other method, beside which a table of these would mislead."""
        if self.method == "random":
            other = 'a search with method = "tpe"' if (out / SEARCH).exists() else None
        else:
            drawn = not (out / SEARCH).exists() and any(out.glob("*-seed*/config.toml"))
            other = "a sweep of a grid or of random draws" if drawn else None
        if other is not None:
            raise SweepError(
                f"{self.path}: {out} holds {other}, and this has other runs; name another folder by --out."
            )

    def check_effects(self, runs: Sequence[Experiment]) -> None:
        """Raise SweepError if a key that is set or swept changes nothing in any of these runs."""
        for key in (*self.fixed, *self.keys):
            reasons = [without_effect(settings, key) for settings in runs]
            if all(reasons):
                raise SweepError(f"{self.path}: {short(key)} changes nothing in any run: {reasons[0]}.")

    def settings(self, point: Mapping[str, Any], seed: int) -> Experiment:
        """Return the settings of a run with some values of the swept keys.

        Raises
        ------
        SweepError
            If a key or a value is not valid in the experiment.
        """
        tables = self.fixed | dict(point) | {"training.seed": seed}
        try:
            return config.load(self.experiment, [_override(key, value) for key, value in tables.items()])
        except (config.ConfigError, SweepError) as error:
            raise SweepError(f"{self.path}: {error}") from None


def _digest(settings: dict[str, Any], point: Mapping[str, Any]) -> str:
    """Return a name for settings apart from what may differ between a run and its continuation, and the seed.

    Runs that differ in their epochs because these are swept are none of each other's continuation.
    """
    left_out = {"seed", "threads", "epochs"} - {key.removeprefix("training.") for key in point}
    training = {key: value for key, value in settings["training"].items() if key not in left_out}
    text = json.dumps(settings | {"training": training}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _override(key: str, value: Any) -> str:
    if "=" in key or not all(part.strip() for part in key.split(".")):
        raise SweepError(
            f"{short(repr(key))} is not a known key; a key is that of a setting, such as training.batch_size."
        )
    try:
        return f"{key}={format_value(value)}"
    except TypeError:
        raise SweepError(f"{key} = {value} is not valid: no setting is a date or a time.") from None


def load(path: Path) -> Sweep:
    """Read a sweep file.

    Raises
    ------
    SweepError
        If the file cannot be read or is not a sweep.
    """
    try:
        tables = read(path)
    except (OSError, TOMLError) as error:
        raise SweepError(f"The sweep file {path} {config.unreadable(error)}.") from None
    try:
        return _parsed(path, tables)
    except SweepError as error:
        raise SweepError(f"{path}: {error}") from None


def _parsed(path: Path, tables: Mapping[str, Any]) -> Sweep:
    for key in tables:
        if key not in _KEYS:
            raise SweepError(
                f"{short(key)} is not a known key{suggestion(key, _KEYS)}; valid here: {', '.join(_KEYS)}."
            )
    experiment = tables.get("experiment")
    if not isinstance(experiment, str):
        raise SweepError(f"experiment is missing; name one of {', '.join(config.experiment_names())}, or a TOML file.")
    if experiment.endswith(".toml"):
        experiment = str(path.parent / experiment)  # as the reader of the file sees it
    fixed, grid, random = (_flat(tables.get(name, {}), name) for name in _TABLES)
    _check_keys({"set": fixed, "grid": grid, "random": random})
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise SweepError(f"grid: {short(key)} needs a list of values, such as {short(key)} = [{_example(values)}].")
    method, minimise, seeds = (
        _choice(tables, "method", _METHODS),
        tables.get("minimise"),
        _seeds(tables.get("seeds", [1])),
    )
    if method == "tpe":
        _check_search(grid, seeds)
    if minimise is not None:
        _choice(tables, "minimise", ("cores",))
        if method != "tpe":
            raise SweepError('minimise is for searches; add method = "tpe", or leave it out.')
    drawn = {key: _distribution(key, value) for key, value in random.items()}
    draws, random_seed = _count(tables, "draws", 10, least=1), _count(tables, "random_seed", 1, least=0)
    for key in ("draws", "random_seed"):
        if key in tables and not random:
            raise SweepError(f"{key} is for values that are drawn; list ranges under [random], or leave it out.")
    return Sweep(path, experiment, seeds, fixed, grid, drawn, draws, random_seed, method, minimise)


def _choice(tables: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str:
    value = tables.get(key, choices[0])
    if value not in choices:
        valid = ", ".join(f'"{choice}"' for choice in choices)
        raise SweepError(f"{key} = {short(repr(value))} is not valid; valid here: {valid}.")
    return str(value)


def _check_search(grid: Mapping[str, Any], seeds: tuple[int, ...]) -> None:
    if grid:
        key, values = next(iter(grid.items()))
        raise SweepError(
            f'method = "tpe" searches what stands under [random], and has no grid; write {short(key)} = '
            f"{{ choice = {short(format_value(values))} }} there."
        )
    if len(seeds) > 1:
        raise SweepError(
            'method = "tpe" takes one seed; what it finds can then be run with more seeds, as a grid of its own.'
        )


def _check_keys(tables: Mapping[str, Mapping[str, Any]]) -> None:
    where: dict[str, str] = {}
    for name, table in tables.items():
        for key in table:
            if key in _OWN:
                raise SweepError(f"{name}: {key} cannot be given; {_OWN[key]}.")
            if key in where:
                raise SweepError(f"{short(key)} stands both in {where[key]} and in {name}; leave one of them out.")
            where[key] = name
    if not tables["grid"] and not tables["random"]:
        raise SweepError("there is nothing to sweep; list values under [grid], or ranges under [random].")


def _flat(table: Any, name: str) -> dict[str, Any]:
    """Return the values by dotted key; a table of [random] that says how to draw is a value."""
    if not isinstance(table, dict):
        raise SweepError(f"{name} must be a table: [{name}].")
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and not (name == "random" and Distribution.describes(value)):
            flat |= {f"{key}.{inner}": leaf for inner, leaf in _flat(value, name).items()}
        else:
            flat[key] = value
    return flat


def _distribution(key: str, value: Any) -> Distribution:
    try:
        return parse_distribution(value)
    except ValueError as error:
        raise SweepError(f"random: {short(key)}: {error}") from None


def _seeds(seeds: Any) -> tuple[int, ...]:
    whole = isinstance(seeds, list) and all(isinstance(s, int) and not isinstance(s, bool) and s >= 0 for s in seeds)
    if not whole or not seeds or len(set(seeds)) < len(seeds):
        raise SweepError("seeds must be a list of different whole numbers >= 0, such as [1, 2, 3].")
    return tuple(seeds)


def _count(tables: Mapping[str, Any], key: str, default: int, least: int) -> int:
    value = tables.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SweepError(f"{key} = {short(repr(value))} is not valid; it must be a whole number >= {least}.")
    return value


def _example(value: Any) -> str:
    return short(format_value(value)) if isinstance(value, str | int | float) else "0.1, 0.2"
