"""Tables that are chosen by name, written out in full: for who has chosen another one and lacks its keys."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, get_args

from pynn_sfdfa.experiments.toml import format_value
from pynn_sfdfa.support.settings import Named, Settings, annotated, meaning, needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pynn_sfdfa.experiments.sections import Declared

__all__ = ["written_out"]

_OPEN = object()  # stands for a value that only the user knows
_LONGEST = 200  # characters of a value that is kept


def written_out(path: str, table: type[Declared], given: Mapping[str, Any], *, of_another: bool = False) -> str:
    """Return the option that gives a whole table, and what to know of its values.

    Parameters
    ----------
    path : str
        Of the table, such as ``encoding``.
    table : type of Declared
    given : mapping
        What stands there; of this, keys that the table has are kept. All others have their defaults.
    of_another : bool
        Whether what stands there was meant for another choice, so that it is told what is kept of it.
    """
    settings = table.declared_by
    defaults = {field.name: _default(field) for field in fields(settings) if field.name in table.model_fields}
    defaults |= dict.fromkeys(needed(settings, given.get("name")), _OPEN)
    kept = {key: value for key, value in given.items() if key in defaults and _can_be_kept(value)}
    values = {key: kept.get(key, value) for key, value in defaults.items()}
    if "name" in table.model_fields:
        values = {"name": get_args(table.model_fields["name"].annotation)[0], **values}
    text = f"--set '{path}={_inline(values)}'"
    open_keys = [key for key, value in values.items() if value is _OPEN]
    if open_keys:
        # what a missing name means has been said with that it is missing
        told = ", ".join(key if key == "name" else f"{key}{meaning(annotated(settings)[key])}" for key in open_keys)
        text += f", with a value of your own for {told}"
    changed = [
        f"{key} = {_inline(value)} (default: {_inline(defaults[key])})"
        for key, value in kept.items()
        if of_another and defaults[key] is not None and defaults[key] is not _OPEN and defaults[key] != value
    ]
    return f"{text}, where {', '.join(changed)} stands as it was" if changed else text


def _can_be_kept(value: Any) -> bool:
    """Return whether a value, which may be anything that TOML has, can be repeated in a line."""
    try:
        return len(_inline(value)) <= _LONGEST
    except TypeError:  # a date, which nothing here can be
        return False


def _default(field: Field[Any]) -> Any:
    """Return the default of a setting as a file has it; a mark if it has none, None if it may be absent."""
    if field.default is MISSING and field.default_factory is MISSING:
        return _OPEN
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return _as_table(default) if isinstance(default, Settings) else default


def _as_table(settings: Settings) -> dict[str, Any]:
    own = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {"name": settings.name, **own} if isinstance(settings, Named) else own


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(inner)}" for key, inner in value.items() if inner is not None) + "}"
    return "..." if value is _OPEN else format_value(value)
