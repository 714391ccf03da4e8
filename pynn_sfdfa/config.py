"""Experiments as TOML files: find, read, override, check, write and compare them."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pynn_sfdfa.config_errors import describe, shown, suggestion
from pynn_sfdfa.schema import Experiment
from pynn_sfdfa.toml import format_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
__all__ = ["ConfigError", "differences", "dumps", "experiment_names", "from_settings", "load"]

_BARE_WORD = re.compile(r"[A-Za-z][\w.:/~+-]*")


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
        ``key.path=value`` each, the value in TOML; a bare word is a string. Later ones win.

    Raises
    ------
    ConfigError
        If there is no such experiment, the file is not TOML, or a key or value is not valid.
    """
    origin, text, name = _find(str(source))
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin} is not valid TOML: {error}.") from None
    tables.setdefault("name", name)
    for override in overrides:
        _override(tables, override)
    return from_settings(tables, origin)


def from_settings(tables: Mapping[str, Any], origin: str) -> Experiment:
    """Check nested tables (of a TOML file, of a checkpoint); ``origin`` names them in messages."""
    try:
        return Experiment.model_validate(dict(tables))
    except ValidationError as error:
        problems = [describe(details) for details in error.errors(include_url=False)]
    raise ConfigError(f"{origin}: {problems[0]}" if len(problems) == 1 else "\n  ".join([f"{origin}:", *problems]))


def dumps(experiment: Experiment, provenance: Mapping[str, str | int | float]) -> str:
    """Return the experiment as TOML, with a table ``[provenance]`` that says what wrote it."""
    return format_toml(experiment.settings() | {"provenance": dict(provenance)})


def differences(old: Experiment, new: Experiment, ignore: Iterable[str] = ()) -> list[str]:
    """Return one line per key whose value differs, as ``key.path: old -> new``; keys in ``ignore`` may differ."""
    before, after = _flat(old.settings()), _flat(new.settings())
    keys = [key for key in {**before, **after} if key not in set(ignore) and before.get(key) != after.get(key)]
    return [f"{key}: {_value(before, key)} -> {_value(after, key)}" for key in keys]


def _find(source: str) -> tuple[str, str, str]:
    """Return what to call the experiment in messages, its text, and the name it has if it states none."""
    path = Path(source)
    if path.suffix == ".toml" or len(path.parts) > 1:
        try:
            return source, path.read_text(encoding="utf-8"), re.sub(r"[^A-Za-z0-9._-]", "-", path.stem)
        except OSError as error:
            raise ConfigError(f"The experiment file {source} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{source} is not valid TOML: it is not UTF-8 text.") from None
    names = experiment_names()
    if source not in names:
        raise ConfigError(
            f"There is no experiment {source!r}{suggestion(source, names)}. "
            f"Choose one of {', '.join(names)}, or give the path of a TOML file."
        )
    return f"experiment {source}", (resources.files("pynn_sfdfa.experiments") / f"{source}.toml").read_text(), source


def _override(tables: dict[str, Any], override: str) -> None:
    key, equals, text = (part.strip() for part in override.partition("="))
    path = key.split(".")
    if not equals or not all(path):
        raise ConfigError(f"--set {override}: expected key.path=value, for example --set training.epochs=5.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if not _BARE_WORD.fullmatch(text):
            raise ConfigError(
                f"--set {override}: {text!r} is not a TOML value. "
                'Examples: 5, 0.5, true, [100, 50], "a string"; quote the whole for the shell.'
            ) from None
        value = text
    for depth, part in enumerate(path[:-1], start=1):
        tables = tables.setdefault(part, {})
        if not isinstance(tables, dict):
            raise ConfigError(f"--set {override}: {'.'.join(path[:depth])} is a value, not a table.")
    tables[path[-1]] = value


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _value(flat: Mapping[str, Any], key: str) -> str:
    return shown(flat[key]) if key in flat else "absent"
