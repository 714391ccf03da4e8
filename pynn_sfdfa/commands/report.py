"""``pynn-sfdfa report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pynn_sfdfa.commands.failures import as_wrong_use
from pynn_sfdfa.commands.options import OutFile, data_option

__all__ = ["command"]


@click.command(name="report", short_help="Make a page to look at a run, or to compare several.")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@click.option(
    "--out",
    type=OutFile("a page", ".html", ".htm"),
    help="File for the page.  [default: report.html in the run's folder; of several runs: comparison.html here]",
)
def command(runs: tuple[Path, ...], data: Path | None, out: Path | None) -> None:
    """Make a page to look at in a browser: of one RUN, the folder of a training run, or of several to compare them.

    A page is one file and needs no network. That of one run has its curves, confusions, test samples to step through,
    weights and settings; train has written it already. That of several has their curves over each other, their
    figures, and the settings in which they differ.
    """
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.experiments.past_runs import write_comparison, write_page
    from pynn_sfdfa.experiments.run_folder import RunFolderError
    from pynn_sfdfa.experiments.run_log import DamagedRunError
    from pynn_sfdfa.training.checkpoint import CheckpointError

    with as_wrong_use(RunFolderError, DamagedRunError, ConfigError, CheckpointError, DatasetError):
        if len(runs) > 1:
            written = write_comparison(runs, out or Path("comparison.html"))
        else:
            written = write_page(runs[0], data, out, sys.stderr)
    click.echo(f"Open {written} in a browser.")
