"""TOML text from nested tables; the standard library only reads TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomli_w

__all__ = ["format_toml", "format_value"]

_BREAK = re.compile(r"(\[)\n +|,\n *(\])|(,)\n +")  # within a list: TOML's strings have none


def format_toml(tables: Mapping[str, Any]) -> str:
    """Return TOML that ``tomllib`` reads back to the same tables, each list on one line.

    Parameters
    ----------
    tables : mapping
        Values may be str, bool, int, float, lists and tuples of these, and mappings, which become tables.

    Raises
    ------
    TypeError
        If a value is of another type; names its key.
    """
    _check(tables, ())
    return _BREAK.sub(lambda found: found[1] or found[2] or ", ", tomli_w.dumps(tables))


def format_value(value: Any) -> str:
    """Return a single value as TOML spells it: str, bool, int, float, and lists and tuples of these."""
    return format_toml({"value": [value]})[len("value = [") : -len("]\n")]


def _check(tables: Mapping[str, Any], path: tuple[str, ...]) -> None:
    for key, value in tables.items():
        if isinstance(value, Mapping):
            _check(value, (*path, key))
        else:
            _check_value(value, (*path, key))


def _check_value(value: Any, path: tuple[str, ...]) -> None:
    if isinstance(value, Mapping):
        _check(value, path)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_value(item, path)
    elif not isinstance(value, str | bool | int | float):
        raise TypeError(f"{'.'.join(path)}: TOML has no form for {value!r} ({type(value).__name__}).")
