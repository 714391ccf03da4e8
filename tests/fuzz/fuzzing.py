"""Doors through which what others wrote comes in, and the law at each of them: done, or one clear error, soon.

A door makes hostile input from a random number generator. Case k of a door is the same on every machine, so that a
failure can be repeated: ``python tests/fuzz/run.py DOOR NUMBER``. To add a door, write a ``door_NAME.py`` that has a
``DOOR``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import random
import resource
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 5
"""Of the processor, which a busy machine does not shorten."""

PATIENCE = 60
"""Seconds on the clock, for what waits without working."""

MEMORY = 2 << 30
"""Bytes that a case may take beyond what the process has."""

LONGEST_MESSAGE = 2000
"""Characters; a message that repeats its whole input is longer."""

STATUSES = {0, 1, 2}
"""Exit statuses: done, failed, wrong use."""

COMMAND = [sys.executable, "-c", "from pynn_sfdfa.cli import main; main()"]


@dataclass(frozen=True)
class Case:
    """One hostile input.

    Attributes
    ----------
    what : str
        What is wrong with it, shown when the case fails.
    enter : callable
        Reads it within this process.
    command : tuple of str
        Words after ``pynn-sfdfa`` that read the same; none if there is no such command.
    """

    what: str
    enter: Callable[[], object]
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Door:
    """A way in.

    Attributes
    ----------
    name : str
    make : callable
        Writes the input of a case to a folder of its own and returns the case; all chance comes from the generator.
    errors : tuple of exception types
        What may be raised; anything else is a fault.
    """

    name: str
    make: Callable[[random.Random, Path], Case]
    errors: tuple[type[Exception], ...]


def doors() -> dict[str, Door]:
    """Return all doors by name."""
    modules = sorted(file.stem for file in Path(__file__).parent.glob("door_*.py"))
    found = [importlib.import_module(module).DOOR for module in modules]
    return {door.name: door for door in found}


def check(door: Door, number: int, folder: Path) -> str:
    """Run a case within this process and return how it ended: ``done``, or the name of the error.

    Raises
    ------
    AssertionError
        If it ended in any other way than the law allows; names the case.
    """
    case, given, empty = _made(door, number, folder)
    output = io.StringIO()
    error: BaseException | None = None
    with contextlib.chdir(empty), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _watchdog():
        try:
            case.enter()
        except BaseException as raised:  # whatever it is, it is judged below
            error = raised
    if error is None:
        return "done"
    where = f"{door.name} {number} ({case.what})"
    kind = type(error).__name__
    assert isinstance(error, door.errors), f"{where}: {''.join(traceback.format_exception(error))[-LONGEST_MESSAGE:]}"
    _check_message(str(error) or getattr(error, "message", ""), where)
    assert "Traceback" not in output.getvalue(), f"{where}: {output.getvalue()}"
    _check_nothing_left(given, empty, folder, where)
    return kind


def check_process(door: Door, number: int, folder: Path) -> str:
    """Run a case as a command and return how it ended: ``status 0``, ``status 1`` or ``status 2``.

    Raises
    ------
    AssertionError
        As by `check`.
    """
    case, given, empty = _made(door, number, folder)
    where = f"{door.name} {number} ({case.what}): pynn-sfdfa {' '.join(case.command)[:LONGEST_MESSAGE]}"
    try:
        done = subprocess.run(
            [*COMMAND, *case.command],
            cwd=empty,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{where}: goes on after {PATIENCE} s") from None
    shown = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode in STATUSES, f"{where}: status {done.returncode}: {shown}"
    assert "Traceback" not in shown, f"{where}: {shown}"
    if done.returncode != 0:
        _check_message(done.stderr.decode(errors="replace"), where)
        _check_nothing_left(given, empty, folder, where)
    return f"status {done.returncode}"


def _made(door: Door, number: int, folder: Path) -> tuple[Case, set[Path], Path]:
    """Return the case, the files that it was given, and an empty folder to run in."""
    given, empty = folder / "given", folder / "empty"
    given.mkdir()
    empty.mkdir()
    case = door.make(random.Random(f"{door.name} {number}"), given)
    return case, set(given.rglob("*")), empty


def _check_message(message: str, where: str) -> None:
    assert message.strip(), f"{where}: no word"
    assert len(message) <= LONGEST_MESSAGE, f"{where}: {len(message)} characters: {message[:LONGEST_MESSAGE]}"
    assert "Traceback" not in message, f"{where}: {message}"


def _check_nothing_left(given: set[Path], empty: Path, folder: Path, where: str) -> None:
    left = [*empty.rglob("*"), *(set((folder / "given").rglob("*")) - given)]
    assert not left, f"{where}: left {', '.join(map(str, left))}"


class _TooSlow(BaseException):
    """No Exception, so that no reader takes it for a fault of its file."""


@contextlib.contextmanager
def _watchdog() -> Iterator[None]:
    """Stop what takes too long, also compiled code that never returns (with the process), and bound the memory."""

    def stop(signum: int, frame: object) -> None:
        raise _TooSlow(f"more than {SECONDS if signum == signal.SIGPROF else PATIENCE} s")

    before = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    faulthandler.dump_traceback_later(2 * PATIENCE, exit=True, file=sys.__stderr__)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        for number, handler in before.items():
            signal.signal(number, handler)
