"""Tables of an experiment file from the dataclasses of what they set up, which alone declare each setting.

A number must stand in the file, whatever default the dataclass has for people who write Python, unless it is marked as
one that may be left out; switches, parts that are chosen by name, and what may be None have the dataclass's default.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

import pydantic
from annotated_types import DocInfo
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag, field_validator, model_validator

from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.support.settings import MayBeLeftOut, Named, Settings, annotated, magnitude

__all__ = ["Chosen", "ChosenByKey", "Declared", "Section", "plain", "section", "section_of_tag", "sections_of"]


class Section(BaseModel):
    """A table of the file: immutable, unknown keys refused, no silent conversion of types, numbers within limits."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, protected_namespaces=(), defer_build=True
    )

    may_be_left_out: ClassVar[frozenset[str]] = frozenset()
    """Keys that are not written down again if they have their default."""

    @field_validator("*")
    @classmethod
    def _check_magnitude(cls, value: Any) -> Any:
        reason = magnitude(value)
        if reason is not None:
            raise ValueError(reason)
        return value


class Declared(Section):
    """A table that a dataclass of settings declares."""

    declared_by: ClassVar[type[Settings]]
    tag: ClassVar[str]
    """Stands for it in pydantic's locations."""

    @model_validator(mode="after")
    def _check_contradiction(self) -> Declared:
        reason = self.declared_by.contradiction(self)
        if reason is not None:
            raise ValueError(reason)
        return self

    def build(self) -> Any:
        """Return the dataclass with these settings."""
        given = {name: getattr(self, name) for name in annotated(self.declared_by)}
        built = {name: value.build() if isinstance(value, Declared) else value for name, value in given.items()}
        return self.declared_by(**built)


@dataclass(frozen=True)
class Chosen:
    """Marks a table whose ``name`` chooses one of the classes of a folder.

    Parameters
    ----------
    package : str
        The folder, as `registry` takes it.
    base : str
        What its classes derive from: the class's name, after the module in the folder that defines it and a dot.
    default : str, optional
        What is meant without a name.
    """

    package: str
    base: str
    default: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return handler.generate_schema(_chosen(self.classes(), self.default))

    def classes(self) -> dict[str, type[Named]]:
        """Return the classes by name."""
        module, _, base = self.base.rpartition(".")
        return dict(registry(self.package, getattr(importlib.import_module(f"{self.package}.{module}"), base)))


@dataclass(frozen=True)
class ChosenByKey(Chosen):
    """Marks a table of tables, whose keys choose one of the classes each; other keys choose the class ``other``."""

    other: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        classes = self.classes()
        sections = {name: section(one, named=False) for name, one in classes.items()}

        def keyed(tables: Any) -> Any:
            if not isinstance(tables, dict):
                return tables
            return {key: _Keyed.of(table, key if key in classes else self.other) for key, table in tables.items()}

        tags = {name: one.tag for name, one in sections.items()}
        choose = Discriminator(lambda table: tags[getattr(table, "key", self.other)])
        tables: Any = dict
        chosen = tables[str, _with(_union(sections.values()), choose)]
        return handler.generate_schema(_with(chosen, BeforeValidator(keyed)))


class _Keyed(dict[str, Any]):
    """A table that knows what its key stands for."""

    key: str

    @classmethod
    def of(cls, table: Any, key: str) -> Any:
        if not isinstance(table, dict):
            return table
        keyed = cls(table)
        keyed.key = key
        return keyed


def section(settings: type[Settings], *, named: bool, default: str | None = None) -> type[Declared]:
    """Return the table of a dataclass; if it is ``named``, with the key ``name``, whose default is ``default``."""
    kind: Any = settings
    return _section(kind, named, default)


@cache
def _section(settings: Any, named: bool, default: str | None) -> type[Declared]:
    declared = {field.name: field for field in fields(settings)}
    keys: dict[str, Any] = {name: _key(annotation, declared[name]) for name, annotation in annotated(settings).items()}
    if named:
        own = settings.name
        keys = {"name": (Literal[own], ... if own != default else own), **keys}
    made = pydantic.create_model(settings.__name__, __base__=Declared, __module__=settings.__module__, **keys)
    made.declared_by = settings
    made.tag = f"{settings.__module__}.{settings.__qualname__} {'by name' if named else ''}"
    optional = {name for name, annotation in annotated(settings).items() if _has(annotation, MayBeLeftOut)}
    made.may_be_left_out = frozenset(optional | ({"name"} if default is not None else set()))
    _SECTIONS[made.tag] = made
    return made


_SECTIONS: dict[str, type[Declared]] = {}


def section_of_tag(tag: int | str) -> type[Declared] | None:
    """Return the table that a step of pydantic's locations stands for, which is no key; None if it is a key."""
    return _SECTIONS.get(tag) if isinstance(tag, str) else None


def sections_of(package: str) -> list[type[Declared]]:
    """Return the tables of what the modules of a folder declare, as far as they have been made."""
    return [one for one in _SECTIONS.values() if one.declared_by.__module__.rpartition(".")[0] == package]


def plain(table: Section) -> dict[str, Any]:
    """Return a table as values that TOML and JSON can hold, without what is absent and what may be left out."""
    left_out = table.may_be_left_out
    values = {name: getattr(table, name) for name in type(table).model_fields}
    defaults = {name: type(table).model_fields[name].default for name in left_out}
    return {
        name: _plain(value)
        for name, value in values.items()
        if value is not None and not (name in left_out and value == defaults[name])
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return plain(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _key(annotation: Any, field: Field[Any]) -> tuple[Any, Any]:
    """Return annotation and default of a key."""
    told = next((item.documentation for item in _metadata(annotation) if isinstance(item, DocInfo)), None)
    required = _is_number(annotation) and not _has(annotation, MayBeLeftOut)
    if required or (field.default is MISSING and field.default_factory is MISSING):
        return _in_a_file(annotation), pydantic.Field(description=told)
    if field.default is not MISSING:
        return _in_a_file(annotation), pydantic.Field(field.default, description=told)
    factory: Callable[[], Any] = field.default_factory  # type: ignore[assignment]  # MISSING has gone above
    default = factory()
    if fields(default):  # numbers among them, perhaps
        return _in_a_file(annotation), pydantic.Field(description=told)
    return _in_a_file(annotation), pydantic.Field({"name": default.name}, description=told, validate_default=True)


def _in_a_file(annotation: Any) -> Any:
    """Return an annotation with settings in it as tables."""
    if get_origin(annotation) is Annotated and not _is_number(annotation):
        return _with(_in_a_file(annotation.__origin__), *annotation.__metadata__)
    if get_origin(annotation) in (Union, UnionType):
        return reduce(or_, map(_in_a_file, get_args(annotation)))
    if not (isinstance(annotation, type) and issubclass(annotation, Settings)):
        return annotation
    if not issubclass(annotation, Named):
        return section(annotation, named=False)
    return _chosen(dict(registry(annotation.__module__.rpartition(".")[0], annotation)), None)


def _chosen(classes: dict[str, type[Named]], default: str | None) -> Any:
    sections = {name: section(one, named=True, default=default) for name, one in classes.items()}
    tags = {name: one.tag for name, one in sections.items()}

    def choose(table: Any) -> str:
        if not isinstance(table, dict):
            return next(iter(tags.values()))  # which refuses it
        name = table.get("name", default)
        return tags.get(name, "") if isinstance(name, str) else ""

    by_name = BeforeValidator(lambda table: {"name": table} if isinstance(table, str) else table)
    return _with(_union(sections.values()), Discriminator(choose), by_name)


def _union(sections: Iterable[type[Declared]]) -> Any:
    return Union[tuple(_with(one, Tag(one.tag)) for one in sections)]  # noqa: UP007 (which takes two at least)


def _with(kind: Any, *metadata: Any) -> Any:
    return Annotated[(kind, *metadata)]


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return annotation.__metadata__ if get_origin(annotation) is Annotated else ()


def _has(annotation: Any, kind: type) -> bool:
    return any(isinstance(item, kind) for item in _metadata(annotation))


def _is_number(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _is_number(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return NoneType not in get_args(annotation)
    return annotation in (int, float) or get_origin(annotation) is tuple
