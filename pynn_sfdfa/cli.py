"""The command ``pynn-sfdfa``."""

from __future__ import annotations

import errno
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from pynn_sfdfa.commands.failures import OWN_PROCESS, Failure, WrongUse, interrupted
from pynn_sfdfa.commands.plain_warnings import plain_warnings
from pynn_sfdfa.commands.streams import open_closed_streams
from pynn_sfdfa.support.interrupts import termination_interrupts
from pynn_sfdfa.support.memory import too_little_to_start
from pynn_sfdfa.support.wording import short

__all__ = ["main"]

COMMANDS = (
    "train",
    "evaluate",
    "predict",
    "report",
    "simulate",
    "export",
    "compare",
    "sweep",
    "reproduce",
    "spinnaker",
    "portal",
    "benchmark",
    "info",
)
"""Subcommands in the order of the help; each is ``command`` in the module of its name in ``pynn_sfdfa.commands``."""

_LONGEST_MESSAGE = 1200  # characters


class _Commands(click.Group):
    """Subcommands that are imported when they are needed, and exit statuses that hold for all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pynn_sfdfa.commands.{cmd_name}").command
        return command

    def main(self, args: Any = None, *others: Any, **options: Any) -> Any:
        open_closed_streams()
        return super().main(args, *others, obj=OWN_PROCESS if args is None else None, **options)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _short_messages():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        too_little = too_little_to_start()
        if too_little is not None:
            raise Failure(too_little)
        try:
            with _short_messages(), termination_interrupts(), plain_warnings():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            what, status = interrupted(error)
            click.echo(f"{what}.", err=True)
            ctx.exit(status)
        except OSError as error:  # full disks, missing permissions
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when the reader of a pipe has gone
            raise Failure(short(str(error), _LONGEST_MESSAGE)) from error
        except MemoryError as error:
            raise Failure(
                f"The memory does not suffice ({str(error) or 'it is full'}): make batches, network or data smaller."
            ) from error
        except RuntimeError as error:
            from pynn_sfdfa.common.runaway import RunawayError  # slow to import

            if not isinstance(error, RunawayError):
                raise
            raise Failure(short(str(error), _LONGEST_MESSAGE)) from error
        except ImportError as error:
            if "failed to map segment" not in str(error):
                raise
            raise Failure(f"The memory does not suffice even to start ({error}): free some.") from error


@contextmanager
def _short_messages() -> Iterator[None]:
    """Cut what repeats a very long word of the command line."""
    try:
        yield
    except click.ClickException as error:
        said = error.format_message()
        if len(said) <= _LONGEST_MESSAGE:
            raise
        said = short(said, _LONGEST_MESSAGE)
        if isinstance(error, click.UsageError):
            raise click.UsageError(said, error.ctx) from None
        raise (WrongUse if isinstance(error, WrongUse) else Failure)(said) from None


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib import metadata  # slow to import

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
