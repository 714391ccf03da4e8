"""What a folder has to offer: the classes that its files define, by name. To add one, write its file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["registry"]

T = TypeVar("T")


def registry(package: str, base: type[T]) -> Mapping[str, type[T]]:
    """Return the classes of a folder by the ``name`` that each states, in the order of these names.

    The folder's modules are imported when this is called first, so call it where the classes are needed, not at the
    head of a module. Modules and folders whose names begin with an underscore are left out.

    Parameters
    ----------
    package : str
        The folder's name as a package, for example ``"pynn_sfdfa.encoding"``; folders within it do not count.
    base : class
        What they derive from. Those that are abstract, or state no ``name`` themselves, are none of them.

    Raises
    ------
    TypeError
        If two classes have the same name.
    """
    return cast("Mapping[str, type[T]]", _collected(package, cast("Any", base)))


@cache
def _collected(package: str, base: type) -> Mapping[str, type]:
    found: dict[str, type] = {}
    folder = importlib.import_module(package)
    for module in sorted(module.name for module in pkgutil.iter_modules(folder.__path__)):
        if module.startswith("_"):
            continue
        for candidate in vars(importlib.import_module(f"{package}.{module}")).values():
            if not _is_one(candidate, base, f"{package}.{module}"):
                continue
            other = found.setdefault(candidate.name, candidate)
            if other is not candidate:
                raise TypeError(f"{other.__module__} and {candidate.__module__} both define a {candidate.name!r}.")
    return MappingProxyType({name: found[name] for name in sorted(found)})


def _is_one(candidate: object, base: type, module: str) -> bool:
    return (
        isinstance(candidate, type)
        and issubclass(candidate, base)
        and candidate.__module__ == module
        and not inspect.isabstract(candidate)
        and isinstance(vars(candidate).get("name"), str)
    )
