"""The wording of configuration errors: which key is wrong, what is valid there, what was probably meant."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from pynn_sfdfa.experiments.schema import Experiment
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import migration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

__all__ = ["describe", "shown", "suggestion"]

_REASONS = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be a string",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "has characters that are not allowed",
    "tuple_type": "must be an array, such as [100] or [-1.0, 1.0]",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "too_short": "must have at least {min_length} element(s)",
    "too_long": "must have at most {max_length} element(s)",
    "greater_than": "must be > {gt:g}",
    "greater_than_equal": "must be >= {ge:g}",
    "less_than": "must be < {lt:.10g}",
    "less_than_equal": "must be <= {le:g}",
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
        return f"{path} is missing{_meaning(location)}."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _wrong_choice(f"{path}.name", context.get("tag"), _names(location))
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


def _names_an_alternative(location: Location, step: int) -> bool:
    """Whether this step of pydantic's location is the name of the chosen encoder or optimiser, not a key."""
    return step == 1 and location[0] in ("encoding", "optimizer")


def _path(location: Location) -> str:
    """Return the key's path as the file spells it, with the indices of array elements in brackets."""
    path = ""
    for step, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
        elif not _names_an_alternative(location, step):
            path += f".{part}" if path else part
    return short(path)


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """Return the sections an annotation allows."""
    return [choice for choice in (annotation, *get_args(annotation)) if hasattr(choice, "model_fields")]


def _table(location: Location) -> type[BaseModel]:
    """Return the section in which the key at a location stands."""
    table: type[BaseModel] = Experiment
    for step, part in enumerate(location[:-1]):
        if isinstance(part, int) or _names_an_alternative(location, step):
            continue
        choices = _tables(table.model_fields[part].annotation)
        if not choices:  # an element of an array
            return table
        tag = location[step + 1]
        table = next((choice for choice in choices if tag in _tags(choice)), choices[0])
    return table


def _tags(table: type[BaseModel]) -> tuple[str, ...]:
    return get_args(table.model_fields["name"].annotation) if "name" in table.model_fields else ()


def _names(location: Location) -> list[str]:
    return [tag for table in _tables(Experiment.model_fields[str(location[0])].annotation) for tag in _tags(table)]


def _meaning(location: Location) -> str:
    field = _table(location).model_fields.get(str(location[-1]))
    return f" ({field.description})" if field is not None and field.description else ""
