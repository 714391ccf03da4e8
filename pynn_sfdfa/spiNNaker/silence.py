"""Without the messages and progress bars of sPyNNaker, of which every run prints a screenful."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quietly"]

_shown: set[tuple[str, str, int]] = set()


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Within the block only logged warnings and errors are printed; Python's warnings come after it, once."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    caught: list[warnings.WarningMessage] = []
    try:
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            contextlib.redirect_stderr(nowhere),
            warnings.catch_warnings(record=True) as caught,
        ):
            yield
    finally:
        logging.disable(before)
        for warning in caught:
            key = (str(warning.message), warning.filename, warning.lineno)
            if key not in _shown:
                _shown.add(key)
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
