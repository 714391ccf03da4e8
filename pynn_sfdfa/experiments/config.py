"""Experiments as TOML files: find, read, override, check, write and compare them."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pynn_sfdfa.datasets.registry import own_prefixes
from pynn_sfdfa.experiments.config_errors import problems, shown, suggestion
from pynn_sfdfa.experiments.schema import Experiment
from pynn_sfdfa.experiments.toml import format_toml
from pynn_sfdfa.experiments.toml_reader import DEEPEST, TOMLError, TOMLLimitError, parse, read
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import migration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
__all__ = ["ConfigError", "differences", "dumps", "experiment_names", "from_settings", "load", "unreadable"]

_BARE_WORD = re.compile(r"[A-Za-z][\w.:/~+-]*")
_FURTHER_SETTING = re.compile(r"[^\[{\"'][^\[{\"']*[\s,;&][\s]*[A-Za-z][\w.]*\s*=.*", re.DOTALL)
_ONE = "--set takes one setting; give it once for each, as in --set training.epochs=5 --set training.seed=2."
_MOST_PROBLEMS = 10


class ConfigError(ValueError):
    """An experiment that cannot be run as it is written; the message names each key, what is valid and the fix."""


def experiment_names() -> list[str]:
    """Return the names of the experiments that come with the package."""
    folder = resources.files("pynn_sfdfa.experiments")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def load(source: str | Path, overrides: Iterable[str] = ()) -> Experiment:
    """Read an experiment and change single keys.

    Parameters
    ----------
    source : str or Path
        The name of an experiment of the package, or the path of a TOML file.
    overrides : iterable of str
        ``key.path=value`` each, the value in TOML; a bare word is a string; all that follows
        ``data.name=npz:``, or another such prefix, is a path. Later ones win.

    Raises
    ------
    ConfigError
        If there is no such experiment, the file is not TOML, or a key or value is not valid.
    """
    origin, tables, name = _find(str(source))
    tables.setdefault("name", name)
    for override in overrides:
        _override(tables, override)
    return from_settings(tables, origin)


def from_settings(tables: Mapping[str, Any], origin: str) -> Experiment:
    """Check nested tables (of a TOML file, of a checkpoint); ``origin`` names them in messages."""
    try:
        return Experiment.model_validate(dict(tables))
    except ValidationError as error:
        lines = problems(error.errors(include_url=False), tables)
    if len(lines) > _MOST_PROBLEMS:
        lines[_MOST_PROBLEMS:] = [f"and {len(lines) - _MOST_PROBLEMS:,} more."]
    raise ConfigError(f"{origin}: {lines[0]}" if len(lines) == 1 else "\n  ".join([f"{origin}:", *lines]))


def dumps(experiment: Experiment, provenance: Mapping[str, str | int | float]) -> str:
    """Return the experiment as TOML, with its version, and a table ``[provenance]`` that says what wrote it."""
    return format_toml({"version": migration.VERSION, **experiment.settings(), "provenance": dict(provenance)})


def differences(old: Experiment, new: Experiment, ignore: Iterable[str] = ()) -> list[str]:
    """Return one line per key whose value differs, as ``key.path: old -> new``; keys in ``ignore`` may differ."""
    before, after = _flat(old.settings()), _flat(new.settings())
    keys = [key for key in {**before, **after} if key not in set(ignore) and before.get(key) != after.get(key)]
    return [f"{key}: {_value(before, key)} -> {_value(after, key)}" for key in keys]


def _find(source: str) -> tuple[str, dict[str, Any], str]:
    """Return what to call the experiment in messages, its tables, and the name it has if it states none."""
    path, called = Path(source), short(source)
    if path.suffix == ".toml" or len(path.parts) > 1:
        try:
            if (path / "config.toml").is_file():
                raise ConfigError(f"{called} is the folder of a run; name its experiment, {path / 'config.toml'}.")
            return called, migration.experiment(read(path)), re.sub(r"[^A-Za-z0-9._-]", "-", path.stem)
        except (OSError, TOMLError) as error:
            raise ConfigError(f"The experiment file {called} {unreadable(error)}.") from None
        except migration.VersionError as error:
            raise ConfigError(f"The experiment file {called} cannot be used: {error}.") from None
    names = experiment_names()
    if source not in names:
        raise ConfigError(
            f"There is no experiment {short(repr(source))}{suggestion(source, names)}. "
            f"Choose one of {', '.join(names)}, or give the path of a TOML file."
        )
    text = (resources.files("pynn_sfdfa.experiments") / f"{source}.toml").read_text(encoding="utf-8")
    return f"experiment {source}", parse(text), source


def unreadable(error: OSError | TOMLError) -> str:
    """Return why a file of settings cannot be used, to follow its name."""
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    return f"cannot be used: {error}" if isinstance(error, TOMLLimitError) else f"is not valid TOML: {error}"


def _override(tables: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    path, where = [part.strip() for part in key.split(".")], f"--set {short(override)}"
    if not equals or not all(path):
        raise ConfigError(f"{where}: expected key.path=value, for example --set training.epochs=5.")
    if len(path) > DEEPEST:
        raise ConfigError(f"{where}: no key has {len(path)} parts.")
    value = _value_of(path, text, where)
    for depth, part in enumerate(path[:-1], start=1):
        tables = tables.setdefault(part, {})
        if not isinstance(tables, dict):
            raise ConfigError(f"{where}: {short('.'.join(path[:depth]))} is a value, not a table.")
    tables[path[-1]] = value


def _value_of(path: list[str], text: str, where: str) -> Any:
    """Return the value that ``--set`` gives a key."""
    if path == ["data", "name"] and text.lstrip().startswith(own_prefixes()):
        return text.lstrip()
    text = text.strip()
    try:
        tables = parse(f"value = {text}")
    except TOMLLimitError as error:
        raise ConfigError(f"{where}: {error}.") from None
    except TOMLError:
        if _BARE_WORD.fullmatch(text):
            return text
        if _FURTHER_SETTING.fullmatch(text):
            raise ConfigError(f"{where}: {_ONE}") from None
        raise ConfigError(
            f"{where}: {short(repr(text))} is not a TOML value. "
            'Examples: 5, 0.5, true, [100, 50], "a string"; quote the whole for the shell.'
        ) from None
    if len(tables) > 1:
        raise ConfigError(f"{where}: {_ONE}")
    return tables["value"]


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _value(flat: Mapping[str, Any], key: str) -> str:
    return shown(flat[key]) if key in flat else "absent"
