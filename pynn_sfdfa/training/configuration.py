"""What somebody keeps in every checkpoint of a training, beside the training itself."""

from __future__ import annotations

import json
from typing import Any

from pynn_sfdfa.support.wording import quoted

__all__ = ["checked", "classes_in"]

_CLASSES = "classes"


def checked(configuration: dict[str, Any] | None, n_out: int) -> dict[str, Any]:
    """Return a configuration, empty if there is none; ValueError if it cannot be kept, or its classes are no names."""
    kept = configuration or {}
    try:
        json.dumps(kept, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"configuration cannot be kept in checkpoints, which are JSON: {error}.") from None
    if _CLASSES in kept and not _name_all(kept[_CLASSES], n_out):
        raise ValueError(
            f"configuration['classes'] = {quoted(kept[_CLASSES])} is not valid; give a list of {n_out} names, one for "
            "each output neuron."
        )
    return kept


def classes_in(configuration: Any, n_out: int) -> tuple[str, ...]:
    """Return the names of the classes that a configuration keeps, in the order of their numbers; none if it has none.

    Whoever wrote a checkpoint of an earlier version may have meant something else by them.
    """
    given = configuration.get(_CLASSES) if isinstance(configuration, dict) else None
    return tuple(given) if given is not None and _name_all(given, n_out) else ()


def _name_all(given: Any, n_out: int) -> bool:
    names = given if isinstance(given, list | tuple) else ()
    return len(names) == n_out and all(isinstance(name, str) for name in names)
