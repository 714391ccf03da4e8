"""TOML text from nested tables; the standard library only reads TOML."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["format_toml", "format_value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def format_toml(tables: Mapping[str, Any]) -> str:
    """Return TOML that ``tomllib`` reads back to the same tables.

    Parameters
    ----------
    tables : mapping
        Values may be str, bool, int, float, lists and tuples of these, and mappings, which become tables.

    Raises
    ------
    TypeError
        If a value is of another type; names its key.
    """
    return "\n".join(_lines(tables, ())).lstrip("\n") + "\n"


def format_value(value: Any) -> str:
    """Return a single value as TOML spells it: str, bool, int, float, and lists and tuples of these."""
    return _value(value, ("value",))


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    if path and (values or not tables):
        yield ""
        yield f"[{'.'.join(map(_key, path))}]"
    for key, value in values.items():
        yield f"{_key(key)} = {_value(value, (*path, key))}"
    for key, inner in tables.items():
        yield from _lines(inner, (*path, key))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # JSON's escapes are TOML's; only DEL has to be escaped in TOML and is not in JSON.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any, path: tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item, path) for item in value)}]"
    raise TypeError(f"{'.'.join(path)}: TOML has no form for {value!r} ({type(value).__name__}).")
