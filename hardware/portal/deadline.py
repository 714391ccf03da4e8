"""An end to what has none of its own: a server that sends a byte now and then never runs into a time-out of reads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["within"]

T = TypeVar("T")


def within(seconds: float, act: Callable[[], T]) -> T:
    """Return what ``act`` returns, or raise what it raises.

    It is carried out in a thread of its own, which is left behind if it is not done in time, and ends with the process:
    nothing else gets out of names, connections, headers and contents alike.

    Raises
    ------
    TimeoutError
        If it is not done within these seconds.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def acting() -> None:
        try:
            results.append(act())
        except BaseException as error:  # raised again where it was asked for
            errors.append(error)

    thread = threading.Thread(target=acting, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]
