"""Options that commands with many runs share."""

from __future__ import annotations

import click

__all__ = ["scheduler_option", "workers_option"]

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Runs at a time on this machine, which share its cores; 1 needs no Dask.  [default: one per core]",
)

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this Dask scheduler, which see the same folders, instead of on this machine.",
)
