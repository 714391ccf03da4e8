"""Exit statuses: 0 done, 1 the run failed, 2 wrong use, 130 interrupted; messages instead of tracebacks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["INTERRUPTED", "Failure", "WrongUse", "as_failure", "as_wrong_use"]

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells report it."""


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
