"""The wording of configuration errors: which key is wrong, what is valid there, what was probably meant."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, cast, get_args

from pydantic import BaseModel

from pynn_sfdfa.experiments.schema import RULES, Experiment
from pynn_sfdfa.experiments.sections import Declared, section_of_tag, sections_of
from pynn_sfdfa.experiments.whole_tables import written_out
from pynn_sfdfa.support.settings import WORDS, needed
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import migration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pydantic_core import ErrorDetails

__all__ = ["problems", "shown", "suggestion"]

_REASONS = {
    "bool_type": WORDS["switch"],
    "int_type": WORDS["whole"],
    "int_from_float": WORDS["whole"],
    "float_type": WORDS["number"],
    "finite_number": WORDS["finite"],
    "string_type": WORDS["text"],
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "has characters that are not allowed",
    "tuple_type": WORDS["array"],
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "too_short": "must have at least {min_length} element(s)",
    "too_long": "must have at most {max_length} element(s)",
    "greater_than": WORDS["gt"],
    "greater_than_equal": WORDS["ge"],
    "less_than": WORDS["lt"],
    "less_than_equal": WORDS["le"],
    "string_unicode": "has bytes that are no UTF-8 text",
    "value_error": "{error}",
}

Location = tuple[int | str, ...]


def problems(errors: Iterable[ErrorDetails], tables: Mapping[str, Any]) -> list[str]:
    """Return a line about each of pydantic's validation errors of an experiment's tables.

    What is missing in a table that a dataclass declares, and keys that only another choice of its name has, are told
    together, with the whole table, ready to be pasted.
    """
    lines: list[str] = []
    whole: dict[Location, list[ErrorDetails]] = {}
    for details in errors:
        if _of_another_choice(details):
            whole.setdefault(details["loc"][:-1], []).append(details)
        else:
            lines.append(_describe(details))
    return [*lines, *(_whole_table(location, found, tables) for location, found in whole.items())]


def _of_another_choice(details: ErrorDetails) -> bool:
    """Return whether a key is missing, or one too many, as it can be when a table was made for another choice."""
    location, table = details["loc"], _table(details["loc"])
    if details["type"] not in ("missing", "extra_forbidden") or not issubclass(table, Declared):
        return False
    return location[-1] in (table.model_fields if details["type"] == "missing" else _keys_beside(table))


def _keys_beside(table: type[Declared]) -> set[str]:
    """Return the keys of all tables that can stand in this one's place, and perhaps some more."""
    folder = table.declared_by.__module__.rpartition(".")[0]
    return {key for one in sections_of(folder) for key in one.model_fields}


def _whole_table(location: Location, errors: list[ErrorDetails], tables: Mapping[str, Any]) -> str:
    path, table, given = _path(location), cast("type[Declared]", _table((*location, ""))), _given(location, tables)
    missing = [str(details["loc"][-1]) for details in errors if details["type"] == "missing"]
    foreign = [str(details["loc"][-1]) for details in errors if details["type"] != "missing"]
    if len(errors) == 1 and missing:
        told = f"{path}.{missing[0]} is missing{_meaning(errors[0]['loc'])}"
    else:
        parts = [f"{_are(missing)} missing"] * bool(missing) + [f"{_are(foreign)} none of its keys"] * bool(foreign)
        name = f"{path}.name = {shown(given['name'])}" if "name" in given else path
        told = f"{name}: {', and '.join(parts)}"
    whole = written_out(path, table, given, of_another=bool(foreign))
    return f"{told}{_other_rule(errors[0]['loc'])}. With all keys: {whole}."


def _are(keys: list[str]) -> str:
    return f"{', '.join(keys)} {'is' if len(keys) == 1 else 'are'}"


def _given(location: Location, tables: Any) -> dict[str, Any]:
    """Return what stands in the table at a location; a word there is its name."""
    for part in location:
        if section_of_tag(part) is None:
            tables = tables[part]
    return {"name": tables} if isinstance(tables, str) else dict(tables)


def _describe(details: ErrorDetails) -> str:
    """Return one line about one of pydantic's validation errors, in the words of the TOML file."""
    location, kind, context, value = details["loc"], details["type"], details.get("ctx", {}), details["input"]
    path = _path(location)
    if kind == "extra_forbidden":
        if path in migration.RENAMED:
            return f"{path} was renamed {migration.RENAMED[path]}."
        valid = list(_table(location).model_fields)
        return f"{path} is not a known key{suggestion(location[-1], valid)}; valid here: {', '.join(valid)}."
    if kind == "missing":
        return f"{path} is missing{_meaning(location)}{_other_rule(location)}."
    if kind == "wrong_choice":
        return _wrong_choice(details["msg"], context["value"], context["valid"])
    if kind == "union_tag_invalid":
        return _wrong_choice(f"{path}.name", value.get("name"), _names(context["expected_tags"]))
    if kind == "literal_error":
        return _wrong_choice(path, value, re.findall(r"'([^']+)'", context["expected"]))
    reason = _REASONS[kind].format(**context) if kind in _REASONS else details["msg"]
    if not location and kind != "value_error":  # of the whole: a key
        return f"The key {shown(value)} is not valid: {reason}."
    if kind == "value_error" and isinstance(value, dict):  # keys that contradict each other
        return f"{path}: {reason}.{_completed(location, value)}" if path else f"{reason}."
    meaning = "" if kind == "value_error" else _meaning(location)
    return f"{path} = {shown(value)} is not valid: {reason}{meaning}."


def _completed(location: Location, value: Mapping[str, Any]) -> str:
    """Return the whole table, as a sentence, if a key is missing that its name alone makes necessary."""
    table = _table((*location, ""))
    if not issubclass(table, Declared) or set(needed(table.declared_by, value.get("name", ""))) <= set(value):
        return ""
    return f" With all keys: {written_out(_path(location), table, value)}."


def suggestion(value: object, valid: Iterable[str]) -> str:
    """Return a question whether the closest valid name was meant, or nothing if none is close."""
    close = difflib.get_close_matches(str(value), list(valid), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def shown(value: object) -> str:
    """Return a value as a TOML file would spell it, or the ends of it if that is long."""
    return short(repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str))


def _wrong_choice(path: str, value: object, valid: list[str]) -> str:
    choices = f"choose one of {', '.join(valid)}."
    if value is None:
        return f"{path} is missing; {choices}"
    return f"{path} = {shown(value)} is not valid{suggestion(value, valid)}; {choices}"


def _path(location: Location) -> str:
    """Return the key's path as the file spells it, with the indices of array elements in brackets."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif section_of_tag(part) is None:
            path += f".{part}" if path else part
    return short(path)


def _table(location: Location) -> type[BaseModel]:
    """Return the section in which the key at a location stands."""
    table: type[BaseModel] = Experiment
    for part in location[:-1]:
        chosen = section_of_tag(part)
        if chosen is None and part in table.model_fields:
            annotation = table.model_fields[str(part)].annotation
            chosen = next((one for one in (annotation, *get_args(annotation)) if hasattr(one, "model_fields")), None)
        table = chosen or table  # unless it is a key of a table of tables, or an element of an array
    return table


def _names(tags: str) -> list[str]:
    """Return the names that choose among tables, from a list of these as pydantic prints it."""
    chosen = (section_of_tag(tag) for tag in re.findall(r"'([^']+)'", tags))
    return [get_args(section.model_fields["name"].annotation)[0] for section in chosen if section is not None]


def _other_rule(location: Location) -> str:
    """Return a question whether another rule was meant, in a table of [rules] whose name is that of none."""
    known, named = RULES.classes(), location[1:2]
    return suggestion(named[0], known) if location[0] == "rules" and named and named[0] not in known else ""


def _meaning(location: Location) -> str:
    field = _table(location).model_fields.get(str(location[-1]))
    return f" ({field.description})" if field is not None and field.description else ""
