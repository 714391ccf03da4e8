"""Objects that somebody gives as settings: what to say of a name, a class or anything else in the place of one."""

from __future__ import annotations

import inspect
import os
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_given", "given_path", "misfit"]


def check_given(name: str, value: Any, kind: type) -> None:
    """Raise TypeError, by the words of `misfit`, unless a value is an instance of its kind."""
    reason = misfit(name, value, kind)
    if reason is not None:
        raise TypeError(reason)


def given_path(name: str, value: Any) -> Path:
    """Return the path that a word or a path names; TypeError, with the argument's name, if it is something else."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} = {quoted(value)} is not valid; give a path, a str or a pathlib.Path.")
    return Path(value)


def misfit(name: str, value: Any, kind: type) -> str | None:
    """Return what is wrong with a value that is no instance of its kind, with the form that is right; None if it is.

    Parameters
    ----------
    name : str
        Of the argument.
    value
    kind : class
        What it must be. If there are several of them that are chosen by name, the base class in their folder.
    """
    if isinstance(value, kind):
        return None
    if isinstance(value, type) and issubclass(value, kind) and value is not kind:
        return f"{name} = {value.__name__} is a class; give {_call(value)}, not {value.__name__}."
    known = _known(kind)
    forms = [_call(own) for own in known.values()]
    if isinstance(value, str) and value in known:
        return (
            f"{name} = {str(value)!r} is not valid: names are for experiment files and the command line. In Python "
            f"give {name}={_call(known[value])}."
        )
    if value is kind and len(known) == 1:
        return f"{name} = {kind.__name__} is a class; give {forms[0]}, not {kind.__name__}."
    shown = value.__name__ if isinstance(value, type) else quoted(value)
    what = f"give one of {', '.join(forms)}" if len(forms) > 1 else f"give {name}={forms[0]}"
    return f"{name} = {shown} is not valid; {what}."


def _known(kind: type) -> Mapping[str, type]:
    """Return the classes of a kind by name; of one that has no others beside it, that one."""
    if inspect.isabstract(kind):
        return registry(kind.__module__.rpartition(".")[0], kind)
    return {"": kind}


def _call(chosen: type) -> str:
    """Return how an instance is made: ``SFDFA()``, ``SGD(learning_rate=...)``."""
    needed = [
        own.name
        for own in (fields(chosen) if is_dataclass(chosen) else ())
        if own.init and own.default is MISSING and own.default_factory is MISSING
    ]
    return f"{chosen.__name__}({', '.join(f'{own}=...' for own in needed)})"
