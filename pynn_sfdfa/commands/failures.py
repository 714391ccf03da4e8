"""Exit statuses: 0 done, 1 the run failed, 2 wrong use, 130 interrupted, 143 terminated; no tracebacks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.support.interrupts import TerminatedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = [
    "OWN_PROCESS",
    "Failure",
    "WrongUse",
    "as_failure",
    "as_wrong_use",
    "explained",
    "explained_on",
    "interrupted",
]

OWN_PROCESS = "own process"
"""What contexts of click carry if the command has the process to itself, which a program that calls it has not."""


def interrupted(error: KeyboardInterrupt) -> tuple[str, int]:
    """Return what to say after Ctrl-C or SIGTERM, and the exit status that shells report for each."""
    return ("Terminated", 143) if isinstance(error, TerminatedError) else ("Interrupted", 130)


class Failure(click.ClickException):
    """The work could not be done although the request was sound."""

    exit_code = 1


class WrongUse(click.ClickException):
    """The request, its configuration, data or checkpoint is wrong."""

    exit_code = 2


@contextmanager
def as_wrong_use(*errors: type[Exception]) -> Iterator[None]:
    """Report these exceptions as wrong use."""
    try:
        yield
    except errors as error:
        raise WrongUse(str(error)) from error


@contextmanager
def as_failure(*errors: type[Exception]) -> Iterator[None]:
    """Report these exceptions as a failure."""
    try:
        yield
    except errors as error:
        raise Failure(str(error)) from error


@contextmanager
def explained(simulator: str, setup: Mapping[str, Any]) -> Iterator[None]:
    """Report what goes wrong on the board of a simulator that runs on one, given the arguments of its ``setup()``."""
    from pynn_sfdfa.common.simulators import SIMULATORS

    if not any("board" in known.options for known in SIMULATORS if known.name == simulator):
        yield
        return
    from pynn_sfdfa.hardware.board.errors import BoardError

    with as_failure(BoardError), explained_on(setup.get("board", "the board")):
        yield


@contextmanager
def explained_on(board: str) -> Iterator[None]:
    """Report what went wrong on a board as a failure; what the user's script does wrong gets its traceback."""
    from pynn_sfdfa.hardware.board.diagnosis import explain

    try:
        yield
    except click.ClickException:  # told already
        raise
    except Exception as error:
        line = explain(error, board)
        if line is None:
            raise
        raise Failure(line) from error
