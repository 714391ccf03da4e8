"""How far a run has got, told while it runs: Brian2's report, from within Python or from a standalone program.

A standalone program knows nothing of Python. It writes the completed fraction to a file, and a thread reads that.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brian2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PERIOD", "reporting"]

PERIOD = 1.0
"""Seconds between reports."""

_FILE = "completed"  # in the folder of the program, which it runs in
_WRITE = f"""
    {{ std::ofstream file("{_FILE}.new"); file << completed; }}
    std::rename("{_FILE}.new", "{_FILE}");
"""


@contextlib.contextmanager
def reporting(tell: Callable[[float], None], standalone: bool) -> Iterator[dict[str, Any]]:
    """Give the arguments for ``brian2.Network.run`` with which ``tell`` gets the completed fraction every second.

    Parameters
    ----------
    tell : callable
        Called with a fraction from 0 to 1; from another thread if the simulation is standalone. Compilation, which
        comes before a standalone program can run, is not reported.
    standalone : bool
        Whether the simulation is compiled to a program of its own, in a folder given to ``brian2.set_device``.
    """
    period = PERIOD * brian2.second
    if not standalone:
        yield {"report": lambda elapsed, completed, start, duration: tell(float(completed)), "report_period": period}
        return
    file = Path(brian2.device.build_options["directory"], _FILE)
    file.unlink(missing_ok=True)
    finished = threading.Event()
    thread = threading.Thread(target=_follow, args=(file, tell, finished), daemon=True)
    thread.start()
    try:
        yield {"report": _WRITE, "report_period": period}
    finally:
        finished.set()
        thread.join()


def _follow(file: Path, tell: Callable[[float], None], finished: threading.Event) -> None:
    """Tell what the file says whenever it says something new."""
    told = ""
    while not finished.wait(PERIOD / 2):
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text != told:
            tell(float(text))
            told = text
