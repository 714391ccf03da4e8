"""A user's script, run as python runs it, except that what the board refuses ends it wherever it is raised."""

from __future__ import annotations

import contextlib
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from pynn_sfdfa.hardware.board.errors import BoardError

__all__ = ["run_script", "threads_left", "told"]


def run_script(words: Sequence[str]) -> None:
    """Run a script with its arguments: its folder comes first where modules are looked for.

    Raises
    ------
    BoardError
        The script asks for what the board does not have, be it in a thread that it has started.
    """
    arguments, path = sys.argv, list(sys.path)
    sys.argv = list(words)
    sys.path.insert(0, str(Path(words[0]).resolve().parent))
    try:
        with _refusals_of_threads():
            runpy.run_path(words[0], run_name="__main__")
    finally:
        sys.argv, sys.path[:] = arguments, path


@contextlib.contextmanager
def _refusals_of_threads() -> Iterator[None]:
    """Raise within the block what the board has refused to a thread; else a script would wait for ever for its end."""
    refused: list[BoardError] = []
    usual = threading.excepthook

    def note(failed: threading.ExceptHookArgs) -> None:
        if not isinstance(failed.exc_value, BoardError):
            usual(failed)
            return
        refused.append(failed.exc_value)
        if len(refused) == 1:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.excepthook = note
    try:
        yield
    except KeyboardInterrupt:
        if not refused:
            raise
    finally:
        threading.excepthook = usual
        signal.signal(signal.SIGINT, handler)
    if refused:
        raise refused[0]


def told(error: BaseException, script: str) -> str:
    """Return what has ended a script, in words: the error, its notes, and the lines of the script where it was.

    Parameters
    ----------
    error : exception
        SystemExit without a status, which ends a script well, is nothing to tell.
    script : str
        The path by which it was run.
    """
    if isinstance(error, SystemExit):
        return "" if not error.code else f"The script ended itself with status {error.code}."
    lines = [
        f"{script}, line {frame.lineno}: {frame.line}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == script
    ]
    return "\n".join([*lines, "".join(traceback.format_exception_only(error)).strip()])


def threads_left() -> bool:
    """Return whether there are threads for whose end python would wait after the main one's."""
    main = threading.main_thread()
    return any(thread is not main and not thread.daemon for thread in threading.enumerate())
