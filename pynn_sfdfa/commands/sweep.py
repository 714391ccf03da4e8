"""``pynn-sfdfa sweep``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypedDict

import click

from pynn_sfdfa.commands.campaign_options import campaign_options
from pynn_sfdfa.commands.failures import Failure, as_wrong_use
from pynn_sfdfa.commands.narrow import fitting
from pynn_sfdfa.commands.options import OutFolder
from pynn_sfdfa.commands.resumption import resumable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pynn_sfdfa.campaign.finished_run import FinishedRun
    from pynn_sfdfa.campaign.sweep import Sweep, SweepRun

__all__ = ["command"]


class _How(TypedDict):
    data: Path | None
    stream: TextIO
    workers: int | None
    scheduler: str | None


class _Found(NamedTuple):
    """What the runs of a sweep have come to; all but the runs by their names."""

    runs: Sequence[SweepRun]
    finished: Mapping[str, FinishedRun]
    errors: Mapping[str, str]
    cores: Mapping[str, int] | None


@click.command(name="sweep", short_help="Train with many settings and compare them.")
@click.argument("sweep_file", metavar="SWEEP", type=click.Path(path_type=Path))
@campaign_options
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

    With method = "tpe" settings are searched: more are tried where earlier ones were good, and bad ones are given up
    early. With minimise = "cores" few cores of SpiNNaker are searched for, too; pareto.png shows what was found.
    """
    from pynn_sfdfa.campaign import sweep as sweeps

    with as_wrong_use(sweeps.SweepError):
        sweep = sweeps.load(sweep_file)
        folder = out or Path("runs") / sweep.name
        sweep.check_folder(folder)
        runs = sweep.runs(folder) if sweep.method == "random" else []

    from pynn_sfdfa.campaign.finished_run import read
    from pynn_sfdfa.campaign.runner import WRONG_USE, run_all

    options = {"--workers": workers, "--scheduler": scheduler, "--data": data, "--out": out}
    how: _How = {"data": data, "stream": sys.stderr, "workers": workers, "scheduler": scheduler}
    cores: dict[str, int] | None = None
    with resumable("sweep", str(sweep_file), options=options), as_wrong_use(*WRONG_USE, sweeps.SweepError):
        if sweep.method == "random":
            outcomes = run_all([run.spec for run in runs], **how)
            errors = {outcome.name: outcome.error for outcome in outcomes if outcome.error is not None}
        else:
            from pynn_sfdfa.campaign.searching import run_search

            runs, errors, counted = run_search(sweep, folder, **how).results()
            cores = counted if sweep.minimise else None
    with as_wrong_use(*WRONG_USE):
        specs = [run.spec for run in runs if run.spec.name not in errors]
        finished = {spec.name: run for spec in specs if (run := read(spec)) is not None}
    _report(sweep, folder, _Found(runs, finished, errors, cores))


def _report(sweep: Sweep, folder: Path, found: _Found) -> None:
    from pynn_sfdfa import plotting
    from pynn_sfdfa.campaign.sweep_table import as_csv, as_rows, as_text, ranked, score_name
    from pynn_sfdfa.support import files

    runs, finished, errors, cores = found
    files.write_text(folder / "table.csv", as_csv(runs, finished, errors, sweep.keys, cores))
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
    if cores:
        _report_cores(sweep, folder, found, cores)
    failed = _counted(errors)
    click.echo(f"{len(finished)} of {len(runs)} runs finished{failed}. Results are in {folder}.")


def _report_cores(sweep: Sweep, folder: Path, found: _Found, cores: Mapping[str, int]) -> None:
    from pynn_sfdfa import plotting
    from pynn_sfdfa.campaign.sweep_table import aligned, as_cells, score_name

    finished = found.finished
    done = [run for run in found.runs if run.spec.name in finished]
    counts = [cores[run.spec.name] for run in done]
    scores = [finished[run.spec.name].chosen.score for run in done]
    score = score_name(list(finished.values()))
    picture = plotting.pareto(
        counts, scores, "cores of SpiNNaker, estimated", score, f"{sweep.name}: {sweep.experiment}"
    )
    plotting.save(picture, folder / "pareto.png")
    headings = ["cores", f"{score} (%)", *sweep.keys]
    rows = [
        [str(counts[index]), f"{100 * scores[index]:.2f}", *as_cells(done[index].values, sweep.keys)]
        for index in plotting.front(counts, scores)
    ]
    click.echo("\nNo other setting has a higher score on as few cores:")
    click.echo(fitting(aligned([headings, *rows]), headings, rows))


def _counted(errors: Mapping[str, str]) -> str:
    from pynn_sfdfa.campaign.pruning import is_pruned

    pruned = sum(map(is_pruned, errors.values()))
    failed = len(errors) - pruned
    return (f", {pruned} given up" if pruned else "") + (f", {failed} failed" if failed else "")
