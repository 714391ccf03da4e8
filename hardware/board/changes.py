"""Changes to what other packages have, for a while, of which the last ones that are made hold, whichever end first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

__all__ = ["Changes", "changing"]


class Changes:
    """Attributes that have other values within a block."""

    def __init__(self) -> None:
        self._made: list[tuple[Any, str, Any]] = []
        """Where, name, and the value while the changes do not hold, or else the other one."""

    def replace(self, where: Any, name: str, value: Any) -> None:
        """Give an attribute another value."""
        self._made.append((where, name, getattr(where, name)))
        setattr(where, name, value)

    def undo(self) -> None:
        """Give all attributes the values that they had; what they have now is kept."""
        swapped = [_swapped(*change) for change in reversed(self._made)]
        self._made = swapped[::-1]

    def redo(self) -> None:
        """Give all attributes the values again that they had before `undo`."""
        self._made = [_swapped(*change) for change in self._made]


def _swapped(where: Any, name: str, value: Any) -> tuple[Any, str, Any]:
    present = getattr(where, name)
    setattr(where, name, value)
    return where, name, present


_open: list[Changes] = []


@contextlib.contextmanager
def changing() -> Iterator[Changes]:
    """Yield what changes attributes until the end of the block; changes of blocks around it do not hold meanwhile.

    Blocks may end in any order: a board that a simulation has taken by its ``setup()`` may be given back while another
    one, taken later, is in use. The attributes of the last block that is open hold.
    """
    if _open:
        _open[-1].undo()
    changes = Changes()
    _open.append(changes)
    try:
        yield changes
    finally:
        if changes is _open[-1]:
            changes.undo()
            _open.pop()
            if _open:
                _open[-1].redo()
        else:
            _open.remove(changes)
