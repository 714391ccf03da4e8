"""Nested tables from TOML text of any origin: what the standard library's reader would choke on is refused first."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DEEPEST", "TOMLError", "TOMLLimitError", "parse", "read"]

_LONGEST = 1_000_000  # bytes of a file; experiments and sweeps have some thousands

DEEPEST = 50
"""Tables and arrays within each other, and parts of a key; the reader and all that walk its tables are recursive, and
the time and memory that a key takes grow with the square of its parts."""

_BETWEEN_KEYS = re.compile(r"[=,\[\]{}\n]")
_DOT = re.compile(r"(?<=[^\s.])[ \t]*\.[ \t]*(?=[^\s.])")


class TOMLError(ValueError):
    """Text that is no TOML; the message has the reason alone."""


class TOMLLimitError(TOMLError):
    """TOML that no experiment could need, and that takes too much time or memory to read."""


def read(path: Path) -> dict[str, Any]:
    """Return the tables of a file, with or without a byte order mark.

    Raises
    ------
    OSError
        If it cannot be read.
    TOMLError
        As by `parse`, or if the file is too long or no UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except ValueError:
        raise TOMLLimitError("no file has a name with a NUL in it") from None
    if len(content) > _LONGEST:
        raise TOMLLimitError(f"it is longer than {_LONGEST:,} bytes; leave out what is not needed")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TOMLError(f"it is not UTF-8 text: byte {error.start} is {content[error.start]:#04x}") from None
    return parse(text)


def parse(text: str) -> dict[str, Any]:
    """Return the tables of a text.

    Raises
    ------
    TOMLError
        If it is no TOML.
    TOMLLimitError
        If it is nested too deeply or has whole numbers beyond 64 bits.
    """
    if any(part.count(".") >= DEEPEST and len(_DOT.findall(part)) >= DEEPEST for part in _BETWEEN_KEYS.split(text)):
        raise TOMLLimitError(f"a key has more than {DEEPEST} parts")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TOMLError(short(str(error))) from None
    except RecursionError:
        raise TOMLLimitError(f"it is nested more than {DEEPEST} deep") from None
    except ValueError:  # of Python's: it converts no decimal numbers of thousands of digits
        raise TOMLLimitError("a whole number has thousands of digits; TOML's have 64 bits") from None
    _check(tables)
    return tables


def _check(tables: dict[str, Any]) -> None:
    pending: list[tuple[str, Any, int]] = [("", tables, 1)]
    while pending:
        path, value, depth = pending.pop()
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise TOMLLimitError(f"{short(path)} is a whole number that does not fit in 64 bits")
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                raise TOMLLimitError(f"it is nested more than {DEEPEST} deep")
            if isinstance(value, dict):
                pending += ((f"{path}.{key}" if path else key, inner, depth + 1) for key, inner in value.items())
            else:
                pending += ((f"{path}[{index}]", inner, depth + 1) for index, inner in enumerate(value))
