"""Options that commands with many runs share."""

from __future__ import annotations

from typing import Any

import click

from pynn_sfdfa.commands.options import data_option

__all__ = ["campaign_options"]

_workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Runs at a time on this machine, which share its cores; 1 needs no Dask.  [default: one per core]",
)

_scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this Dask scheduler, which see the same folders, instead of on this machine.",
)


def campaign_options(command: Any) -> Any:
    """Give a command the options that say where its runs are carried out and where their data are."""
    return _workers_option(_scheduler_option(data_option(command)))
