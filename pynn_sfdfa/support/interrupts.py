"""Ctrl-C at a moment of one's own choosing; SIGTERM, which batch systems and ``kill`` send, is met in the same way."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TerminatedError", "deferred_interrupt", "termination_interrupts"]


class TerminatedError(KeyboardInterrupt):
    """SIGTERM has come; what closes files and says how to go on after Ctrl-C does so after this."""


@contextlib.contextmanager
def termination_interrupts() -> Iterator[None]:
    """Let the first SIGTERM raise `TerminatedError` instead of ending the process in whatever it is doing."""
    with _handling([signal.SIGTERM], _raise_terminated):
        yield


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[threading.Event]:
    """Let the first Ctrl-C or SIGTERM only set a flag, and finish what is under way; a second one acts at once.

    A KeyboardInterrupt that leaves the block after SIGTERM is a `TerminatedError`.
    """
    interrupted = threading.Event()
    received = []

    def remember(number: int) -> None:
        received.append(number)
        interrupted.set()

    with _handling([signal.SIGINT, signal.SIGTERM], remember):
        try:
            yield interrupted
        except KeyboardInterrupt:
            if received == [signal.SIGTERM]:
                raise TerminatedError from None
            raise


@contextlib.contextmanager
def _handling(signals: list[signal.Signals], handle: Any) -> Iterator[None]:
    """Have the first of these signals handled; from then on, and after the block, all act as before.

    A signal that this process was told to ignore, or that is handled by other than Python code, is left alone; so is
    every signal if this is not the main thread, where Python allows no handlers.
    """
    previous = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {number: signal.getsignal(number) for number in signals}
        previous = {number: old for number, old in handlers.items() if old not in (None, signal.SIG_IGN)}

    def act_as_before() -> None:
        for number, old in previous.items():
            signal.signal(number, old)

    def first(number: int, _: Any) -> None:
        act_as_before()
        handle(number)

    try:
        for number in previous:
            signal.signal(number, first)
        yield
    finally:
        act_as_before()


def _raise_terminated(_: int) -> None:
    raise TerminatedError
