"""Reference page of experiment files: every key with its unit and range, made from the schema that checks them."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic_core import PydanticUndefined

from pynn_sfdfa import models
from pynn_sfdfa.experiments import schema
from pynn_sfdfa.experiments.sections import Chosen, Section, section

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

HEAD = """# Keys of experiment files

An experiment is a TOML file. These are its tables and keys, with what is valid and what is meant, from the schema by
which files are checked. *Required* is what must stand in the file: numbers have no default there. Every key can be
changed by `--set TABLE.KEY=VALUE`.
"""
_MODELS = {one.name: one for one in (*models.IF_CURR_EXP_PARAMETERS, *models.LIF_SFDFA.parameters)}


def page() -> str:
    """Return the page."""
    text = HEAD
    text += table("(top)", {name: field for name, field in _fields(schema.Experiment) if not _is_table(field)})
    for name, field in _fields(schema.Experiment):
        if _is_table(field):
            text += "".join(_tables(name, field))
    return text


def _tables(name: str, field: FieldInfo) -> list[str]:
    """Return the sections of the page about one table of the file, and of the tables in it."""
    chosen = next((item for item in _metadata(field) if isinstance(item, Chosen)), None)
    if chosen is None:
        kind: Any = _section_in(field.annotation)
        inner = [(key, one) for key, one in _fields(kind) if _section_in(one.annotation)]
        own = {key: one for key, one in _fields(kind) if not _section_in(one.annotation)}
        parts = [table(name, own, kind.__doc__)] if own else []
        return parts + [part for key, one in inner for part in _tables(f"{name}.{key}", one)]
    parts = []
    for choice, settings in chosen.classes().items():
        keyed = isinstance(chosen, schema.ChosenByKey)
        made = section(settings, named=False)
        heading = f"{name}.{choice}" if keyed else f"{name}, name = {choice}"
        parts.append(table(heading, dict(_fields(made)), settings.__doc__))
    return parts


def table(heading: str, keys: dict[str, FieldInfo], about: str | None = None) -> str:
    """Return a section with a table of keys."""
    title = "Top of the file" if heading == "(top)" else f"`[{heading}]`" if "," not in heading else heading
    title = title.replace("`[network.layers]`", "`[[network.layers]]`")  # the one that there are several of
    if "," in heading:
        name, _, choice = heading.partition(", name = ")
        title = f'`[{name}]` with `name = "{choice}"`'
    text = f"\n## {title}\n\n"
    summary = (about or "").strip().split("\n\n")[0].replace("\n", " ")
    text += f"{' '.join(summary.split()).replace('``', '`')}\n\n" if summary else ""
    if not keys:
        return text + "No keys.\n"
    text += "| key | valid | unless given | |\n| --- | --- | --- | --- |\n"
    for name, field in keys.items():
        text += f"| `{name}` | {_cell(valid(name, field))} | {_default(field)} | {_cell(field.description or '')} |\n"
    return text


def valid(name: str, field: FieldInfo) -> str:
    """Return what values of a key are valid, in words."""
    kind, bounds = _kind(field.annotation), _bounds(tuple(field.metadata))
    parameter = _MODELS.get(name)
    if parameter is not None and not bounds and kind == "number":
        return str(parameter.valid_range())
    return f"{kind} {bounds}".strip()


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        inner = _kind(annotation.__origin__)
        chosen = next((item for item in annotation.__metadata__ if isinstance(item, Chosen)), None)
        if chosen is not None:
            return "a table"
        bounds = _bounds(annotation.__metadata__)
        return f"{inner} {bounds}".strip()
    if get_origin(annotation) in (Union, UnionType):
        kinds = [_kind(one) for one in get_args(annotation) if one is not NoneType]
        return " or ".join(dict.fromkeys(kinds))
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{_toml(one)}`" for one in get_args(annotation))
    if get_origin(annotation) is tuple:
        arguments = get_args(annotation)
        if arguments[-1] is Ellipsis:
            return f"array of {_kind(arguments[0])}"
        return f"array of {len(arguments)} numbers"
    if isinstance(annotation, type) and issubclass(annotation, Section):
        settings = getattr(annotation, "declared_by", None)
        name = getattr(settings, "name", "")
        return f'`"{name}"`' if name else "a table"
    return {float: "number", int: "whole number", str: "text", bool: "`true` or `false`"}.get(annotation, "")


def _bounds(metadata: tuple[Any, ...]) -> str:
    words = []
    for item in metadata:
        for kind, sign in ((Gt, ">"), (Ge, ">="), (Lt, "<"), (Le, "<=")):
            if isinstance(item, kind):
                words.append(f"{sign} {getattr(item, kind.__name__.lower()):.10g}")
        if isinstance(item, MinLen):
            words.append(f"of at least {item.min_length}")
    return ", ".join(words)


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "*required*"
    return "-" if field.default is None else f"`{_toml(field.default)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return _toml(value.get("name", ""))
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _fields(kind: type[Section]) -> list[tuple[str, FieldInfo]]:
    return list(kind.model_fields.items())


def _metadata(field: FieldInfo) -> list[Any]:
    """Return what a key is annotated with, in a union, too."""
    pending, found = [field.annotation], list(field.metadata)
    while pending:
        one = pending.pop()
        if get_origin(one) is Annotated:
            found += one.__metadata__
        elif get_origin(one) in (Union, UnionType):
            pending += get_args(one)
    return found


def _is_table(field: FieldInfo) -> bool:
    return any(isinstance(item, Chosen) for item in _metadata(field)) or _section_in(field.annotation) is not None


def _section_in(annotation: Any) -> type[Section] | None:
    if get_origin(annotation) in (Union, UnionType, tuple):
        return next((found for one in get_args(annotation) if (found := _section_in(one)) is not None), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
