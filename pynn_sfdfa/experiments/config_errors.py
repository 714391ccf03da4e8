"""The wording of configuration errors: which key is wrong, what is valid there, what was probably meant."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel

from pynn_sfdfa.experiments.schema import RULES, Experiment
from pynn_sfdfa.experiments.sections import section_of_tag
from pynn_sfdfa.support.settings import WORDS
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import migration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

__all__ = ["describe", "shown", "suggestion"]

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


def describe(details: ErrorDetails) -> str:
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
        return f"{path}: {reason}." if path else f"{reason}."
    meaning = "" if kind == "value_error" else _meaning(location)
    return f"{path} = {shown(value)} is not valid: {reason}{meaning}."


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
