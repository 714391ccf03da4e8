"""``pynn-sfdfa sweep``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.campaign_options import scheduler_option, workers_option
from pynn_sfdfa.commands.failures import Failure, as_wrong_use
from pynn_sfdfa.commands.narrow import fitting
from pynn_sfdfa.commands.options import OutFolder, data_option
from pynn_sfdfa.commands.resumption import resumable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pynn_sfdfa.campaign.finished_run import FinishedRun
    from pynn_sfdfa.campaign.sweep import Sweep, SweepRun

__all__ = ["command"]


@click.command(name="sweep", short_help="Train with many settings and compare them.")
@click.argument("sweep_file", metavar="SWEEP", type=click.Path(path_type=Path))
@workers_option
@scheduler_option
@data_option
@click.option(
    "--out",
    type=OutFolder(),
    help="Folder for the runs, the table and the picture.  [default: runs/NAME of the file]",
)
def command(sweep_file: Path, workers: int | None, scheduler: str | None, data: Path | None, out: Path | None) -> None:
    """Train with all the settings that SWEEP, a TOML file, lists or says how to draw.

    Finished runs are kept, interrupted ones go on. A table of all runs goes to table.csv, a heat map (of two settings)
    or parallel coordinates to sweep.png. Settings are ranked by the accuracy on validation samples if
    data.validation holds some out from training, else by the best test accuracy.
    """
    from pynn_sfdfa.campaign import sweep as sweeps

    with as_wrong_use(sweeps.SweepError):
        sweep = sweeps.load(sweep_file)
        folder = out or Path("runs") / sweep.name
        runs = sweep.runs(folder)

    from pynn_sfdfa.campaign.finished_run import read
    from pynn_sfdfa.campaign.runner import WRONG_USE, run_all

    options = {"--workers": workers, "--scheduler": scheduler, "--data": data, "--out": out}
    specs = [run.spec for run in runs]
    with resumable("sweep", str(sweep_file), options=options), as_wrong_use(*WRONG_USE):
        outcomes = run_all(specs, data=data, stream=sys.stderr, workers=workers, scheduler=scheduler)
    errors = {outcome.name: outcome.error for outcome in outcomes if outcome.error is not None}
    with as_wrong_use(*WRONG_USE):
        finished = {spec.name: run for spec in specs if spec.name not in errors and (run := read(spec)) is not None}
    _report(sweep, folder, runs, finished, errors)


def _report(
    sweep: Sweep,
    folder: Path,
    runs: Sequence[SweepRun],
    finished: Mapping[str, FinishedRun],
    errors: Mapping[str, str],
) -> None:
    from pynn_sfdfa import plotting
    from pynn_sfdfa.campaign.sweep_table import as_csv, as_rows, as_text, ranked, score_name
    from pynn_sfdfa.support import files

    files.write_text(folder / "table.csv", as_csv(runs, finished, errors, sweep.keys))
    if not finished:
        raise Failure(f"None of the {len(runs)} runs came to its end; the reasons are in {folder / 'table.csv'}.")
    points = ranked(runs, finished)
    score = score_name(list(finished.values()))
    values, scores = [point.values for point in points], [point.score for point in points]
    draw = plotting.heat_map if plotting.is_grid(values) else plotting.parallel_coordinates
    plotting.save(draw(values, scores, score, f"{sweep.name}: {sweep.experiment}"), folder / "sweep.png")
    headings, *rows = as_rows(points, sweep.keys, score)
    ranks = [[f"{rank}.", *row] for rank, row in enumerate(rows, start=1)]
    click.echo(fitting(as_text(points, sweep.keys, score), ["", *headings], ranks))
    failed = f", {len(errors)} failed" if errors else ""
    click.echo(f"{len(finished)} of {len(runs)} runs finished{failed}. Results are in {folder}.")
