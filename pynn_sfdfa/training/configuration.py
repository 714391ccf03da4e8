"""What somebody keeps in every checkpoint of a training, beside the training itself."""

from __future__ import annotations

import json
from typing import Any

from pynn_sfdfa.support.wording import quoted

__all__ = ["checked", "classes_in", "named"]

_CLASSES = "classes"


def checked(configuration: dict[str, Any] | None, n_out: int) -> dict[str, Any]:
    """Return a configuration, empty if there is none.

    Raises
    ------
    TypeError
        If it is no dict.
    ValueError
        If it cannot be kept, or its classes are no names.
    """
    kept = {} if configuration is None else configuration
    if not isinstance(kept, dict):
        raise TypeError(
            f'configuration = {quoted(kept)} is not valid; give a dict, such as {{"classes": ["cat", "dog"]}}.'
        )
    try:
        json.dumps(kept, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"configuration cannot be kept in checkpoints, which are JSON: {error}.") from None
    if _CLASSES in kept:
        named("configuration['classes']", kept[_CLASSES], n_out)
    return kept


def named(name: str, classes: Any, n_out: int) -> tuple[str, ...]:
    """Return names of classes; ValueError, with the argument's name, unless each output neuron has one."""
    if not _name_all(classes, n_out):
        raise ValueError(
            f"{name} = {quoted(classes)} is not valid; give a list of {n_out} names, one for each output neuron."
        )
    return tuple(classes)


def classes_in(configuration: Any, n_out: int) -> tuple[str, ...]:
    """Return the names of the classes that a configuration keeps, in the order of their numbers; none if it has none.

    Whoever wrote a checkpoint of an earlier version may have meant something else by them.
    """
    given = configuration.get(_CLASSES) if isinstance(configuration, dict) else None
    return tuple(given) if given is not None and _name_all(given, n_out) else ()


def _name_all(given: Any, n_out: int) -> bool:
    names = given if isinstance(given, list | tuple) else ()
    return len(names) == n_out and all(isinstance(name, str) for name in names)
