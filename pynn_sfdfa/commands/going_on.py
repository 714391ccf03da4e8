"""What commands with many runs say when Ctrl-C or SIGTERM stops them."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.failures import interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["resumable"]


@contextmanager
def resumable(*command: str, options: Mapping[str, object]) -> Iterator[None]:
    """On Ctrl-C or SIGTERM, print the command that goes on (options that are None are left out) and exit."""
    try:
        yield
    except KeyboardInterrupt as error:
        again = ["pynn-sfdfa", *command]
        again += [word for name, value in options.items() if value is not None for word in (name, str(value))]
        what, status = interrupted(error)
        click.echo(f"\n{what}; finished epochs are kept. To go on: {shlex.join(again)}", err=True)
        raise SystemExit(status) from None
