"""Settings and their limits: one declaration, for people who write Python and for those who write TOML.

What can be set is a frozen dataclass that derives from `Settings`; its annotations say which values are valid and what
they mean, in the words below. It checks itself by them when it is made; experiment files are checked by the same
annotations (`pynn_sfdfa.experiments.sections`), with the same words.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from annotated_types import DocInfo, Ge, Gt, Le, Lt, doc

from pynn_sfdfa.support.limits import LARGEST_WEIGHT, LEAST, MOST
from pynn_sfdfa.support.wording import quoted

__all__ = [
    "WORDS",
    "Check",
    "Computing",
    "Count",
    "Duration",
    "MayBeLeftOut",
    "Named",
    "NeededBy",
    "NotNegative",
    "Positive",
    "Range",
    "Settings",
    "Times",
    "annotated",
    "doc",
    "magnitude",
    "meaning",
    "needed",
]

WORDS = {
    "number": "must be a number",
    "finite": "must be a finite number",
    "whole": "must be a whole number",
    "switch": "must be true or false",
    "text": "must be a string",
    "array": "must be an array, such as [100] or [-1.0, 1.0]",
    "gt": "must be > {gt:g}",
    "ge": "must be >= {ge:g}",
    "lt": "must be < {lt:.10g}",
    "le": "must be <= {le:g}",
}
"""Why a value is refused."""


@dataclass(frozen=True)
class Check:
    """What else a value must be: ``reason`` returns why it is not, or None."""

    reason: Callable[[Any], str | None]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # only pydantic calls this; others need not load it

        schema = handler(source)
        if schema["type"] == "tuple":
            schema["strict"] = False  # arrays of TOML arrive as lists
        return core_schema.no_info_after_validator_function(self._checked, schema)

    def _checked(self, value: Any) -> Any:
        reason = self.reason(value)
        if reason is not None:
            raise ValueError(reason)
        return value


@dataclass(frozen=True)
class MayBeLeftOut:
    """Says that an experiment file need not state a number; where it does not, the default holds."""


@dataclass(frozen=True)
class NeededBy:
    """Says that a number may be absent, but not where the ``name`` beside it is one of these."""

    names: tuple[str, ...]


def _range(bounds: tuple[float, float]) -> str | None:
    if not bounds[0] < bounds[1]:
        return "the first number must be smaller than the second"
    if max(map(abs, bounds)) > LARGEST_WEIGHT:
        return f"weights must lie between -{LARGEST_WEIGHT:g} and {LARGEST_WEIGHT:g} nA"
    return None


def _times(value: Any) -> str | None:
    times = value if isinstance(value, list | tuple) else [value]
    if all(_is_number(time) and math.isfinite(time) and time >= 0 for time in times):
        return None
    return "must be one time or an array of times >= 0"


Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Count = Annotated[int, Ge(1), Lt(2**31)]
Duration = Annotated[float, Ge(1e-6), Le(1e9)]
Range = Annotated[tuple[float, float], Check(_range)]
"""The lowest and the highest weight, in nA."""
Times = Annotated[Any, Check(_times)]
"""One time or several, in ms."""


@dataclass(frozen=True)
class Settings:
    """Settings that are checked by their annotations when they are made.

    Raises
    ------
    ValueError
        If one is not valid, or contradicts another; names the setting, its value and what is valid.
    """

    def __post_init__(self) -> None:
        for name, annotation in annotated(type(self)).items():
            value = getattr(self, name)
            reason = _reason(annotation, value) or magnitude(value)
            if reason is not None:
                told = f"{name} = {quoted(value)} is not valid: {reason}{meaning(annotation)}"
                raise ValueError(f"{type(self).__name__}: {told}.")
        reason = self.contradiction(self)
        if reason is not None:
            raise ValueError(f"{type(self).__name__}: {reason}.")

    @staticmethod
    def contradiction(values: Any) -> str | None:
        """Return why values, valid each by itself, do not go together; None if they do."""
        return None


@dataclass(frozen=True)
class Named(Settings):
    """One of several that are chosen by name: those that the folder of this class's subclass holds."""

    name: ClassVar[str]
    """In configurations."""


@dataclass(frozen=True)
class Computing(Named):
    """One that computes, perhaps in compiled functions."""

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The compiled functions that it calls, so that they can be compiled before the first batch.

        They stand in a module of their own, imported when they are needed: who only reads settings needs no compiler.
        """
        return ()


def annotated(settings: type[Settings]) -> dict[str, Any]:
    """Return the annotation of each setting, in the order of the fields.

    Raises
    ------
    TypeError
        If a name in one is not known when the program runs.
    """
    kind: Any = settings
    return _annotated(kind)


@cache
def _annotated(settings: Any) -> dict[str, Any]:
    return {field.name: _annotation(settings, field.name) for field in fields(settings)}


def _annotation(settings: type[Settings], name: str) -> Any:
    """Return the annotation of a setting; a class that only declares a new default keeps the limits it inherits."""
    owners = [base for base in settings.__mro__ if name in inspect.get_annotations(base)]
    own, *inherited = (_evaluated(owner, name) for owner in owners)
    limited = (one for one in inherited if get_origin(one) is Annotated and one.__origin__ == own)
    return next(limited, own)


def _evaluated(owner: type, name: str) -> Any:
    annotation = inspect.get_annotations(owner)[name]
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(sys.modules[owner.__module__]), dict(vars(owner)))
    except NameError as error:
        raise TypeError(
            f"{owner.__name__}.{name} is annotated {annotation}: {error}. Settings are checked by their annotations: "
            "import what they name when the module runs, not for types alone."
        ) from None


def meaning(annotation: Any) -> str:
    """Return what an annotation says about a setting, in brackets, to follow a reason; nothing if it says nothing."""
    told = next((item.documentation for item in _metadata(annotation) if isinstance(item, DocInfo)), "")
    return f" ({told})" if told else ""


def needed(settings: type[Settings], name: Any) -> list[str]:
    """Return what may be absent as a rule, but not beside a name; beside None, which stands for any, all of it."""
    marks = ((key, item) for key, own in annotated(settings).items() for item in _metadata(own))
    return [key for key, mark in marks if isinstance(mark, NeededBy) and (name is None or name in mark.names)]


def magnitude(value: Any) -> str | None:
    """Return why simulators cannot compute with a number, or with one of several; None if they can."""
    for number in value if isinstance(value, tuple | list) else [value]:
        if isinstance(number, float) and number and not LEAST <= abs(number) <= MOST:
            limits = f"between {LEAST:g} and {MOST:g}"
            return f"must be 0 or of a magnitude {limits}, for simulators compute in single precision"
    return None


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return annotation.__metadata__ if get_origin(annotation) is Annotated else ()


def _reason(annotation: Any, value: Any) -> str | None:
    """Return why a value is not what an annotation says, or None."""
    if get_origin(annotation) is Annotated:
        reason = _reason(annotation.__origin__, value)
        reasons = (_against(item, value) for item in annotation.__metadata__)
        return reason or next((reason for reason in reasons if reason is not None), None)
    if get_origin(annotation) in (Union, UnionType):
        choices = [choice for choice in get_args(annotation) if choice is not NoneType]
        return None if value is None and NoneType in get_args(annotation) else _reason(choices[0], value)
    if get_origin(annotation) is Literal:
        choices = [str(choice) for choice in get_args(annotation)]
        return None if value in get_args(annotation) else f"choose one of {', '.join(choices)}"
    if get_origin(annotation) is tuple:
        return _reason_of_array(get_args(annotation), value)
    return _reason_of_type(annotation, value)


def _reason_of_array(elements: tuple[Any, ...], value: Any) -> str | None:
    if not isinstance(value, tuple | list):
        return WORDS["array"]
    if elements[-1] is Ellipsis:
        elements = (elements[0],) * len(value)
    if len(elements) != len(value):
        return f"must have {len(elements)} elements"
    reasons = (_reason(element, item) for element, item in zip(elements, value, strict=True))
    return next((reason for reason in reasons if reason is not None), None)


def _reason_of_type(kind: Any, value: Any) -> str | None:
    if kind is float:
        return WORDS["number"] if not _is_number(value) else None if math.isfinite(value) else WORDS["finite"]
    if kind is int:
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        return None if whole else WORDS["whole"]
    if kind is bool:
        return None if isinstance(value, bool) else WORDS["switch"]
    if kind is str:
        return None if isinstance(value, str) else WORDS["text"]
    if isinstance(kind, type) and kind is not Any:
        return None if isinstance(value, kind) else f"must be an instance of {kind.__name__}"
    return None  # Any: what it must be is said by a check


def _against(item: Any, value: Any) -> str | None:
    """Return why a value is not what one piece of metadata says, or None."""
    if isinstance(item, Check):
        return item.reason(value)
    if isinstance(item, Gt) and not value > item.gt:
        return WORDS["gt"].format(gt=item.gt)
    if isinstance(item, Ge) and not value >= item.ge:
        return WORDS["ge"].format(ge=item.ge)
    if isinstance(item, Lt) and not value < item.lt:
        return WORDS["lt"].format(lt=item.lt)
    if isinstance(item, Le) and not value <= item.le:
        return WORDS["le"].format(le=item.le)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
