"""Saying so while something is compiled that was not compiled ahead."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from numba.core import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["announced"]


class _Announcer(event.Listener):
    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def on_start(self, event: object) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            print("compiling (once: later runs load it)", file=stream, flush=True)

    def on_end(self, event: object) -> None:
        pass


@contextmanager
def announced(stream: TextIO) -> Iterator[None]:
    """Print a line to ``stream`` if anything is compiled in this block."""
    with event.install_listener("numba:compile", _Announcer(stream)):
        yield
