"""What commands with many runs say when Ctrl-C, SIGTERM or a full disk stops them."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.failures import Failure, interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["resumable"]


@contextmanager
def resumable(*command: str, options: Mapping[str, object]) -> Iterator[None]:
    """When something stops the runs, print the command that goes on (options that are None are left out) and exit."""
    from pynn_sfdfa.support.files import WriteError

    again = ["pynn-sfdfa", *command]
    again += [word for name, value in options.items() if value is not None for word in (name, str(value))]
    go_on = f"To go on: {shlex.join(again)}"
    try:
        yield
    except KeyboardInterrupt as error:
        what, status = interrupted(error)
        click.echo(f"\n{what}; finished epochs are kept. {go_on}", err=True)
        raise SystemExit(status) from None
    except WriteError as error:
        raise Failure(f"{error} Finished epochs are kept. {go_on}") from None
