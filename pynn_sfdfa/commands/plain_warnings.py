"""Warnings as commands tell them: a sentence, without the line of a program that nobody has written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["plain_warnings"]


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Print warnings to users as ``Warning: ...``; those to developers say where they come from, as ever."""
    before = warnings.formatwarning

    def told(message: Warning | str, category: type[Warning], *where: Any, **line: Any) -> str:
        return f"Warning: {message}\n" if category is UserWarning else before(message, category, *where, **line)

    warnings.formatwarning = told
    try:
        yield
    finally:
        warnings.formatwarning = before
