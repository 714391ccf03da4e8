"""The command ``pynn-sfdfa``."""

from __future__ import annotations

import errno
import importlib
from importlib import metadata
from typing import Any

import click

from pynn_sfdfa.commands.failures import Failure, interrupted
from pynn_sfdfa.commands.streams import open_closed_streams
from pynn_sfdfa.interrupts import termination_interrupts

__all__ = ["main"]

COMMANDS = ("train", "evaluate", "simulate", "export", "sweep", "reproduce", "spinnaker", "portal", "benchmark", "info")
"""Subcommands in the order of the help; each is ``command`` in the module of its name in ``pynn_sfdfa.commands``."""


class _Commands(click.Group):
    """Subcommands that are imported when they are needed, and exit statuses that hold for all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pynn_sfdfa.commands.{cmd_name}").command
        return command

    def main(self, *args: Any, **options: Any) -> Any:
        open_closed_streams()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with termination_interrupts():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            what, status = interrupted(error)
            click.echo(f"{what}.", err=True)
            ctx.exit(status)
        except OSError as error:  # full disks, missing permissions
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when the reader of a pipe has gone
            raise Failure(str(error)) from error


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"pynn-sfdfa {metadata.version('pynn-sfdfa')}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def main() -> None:
    """Train spiking networks with Spiking Forward Direct Feedback Alignment (SFDFA).

    Start with: pynn-sfdfa train digits
    """
