"""``pynn-sfdfa compare``."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pynn_sfdfa.commands.failures import WrongUse, as_wrong_use
from pynn_sfdfa.commands.narrow import fitting
from pynn_sfdfa.commands.options import Checkpoint, count_option, data_option, json_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.experiments.side_by_side import Answers, Place
    from pynn_sfdfa.network.network import Network

__all__ = ["command"]


@click.command(name="compare", short_help="Show samples to a checkpoint on several simulators.")
@click.argument("checkpoint", type=Checkpoint())
@count_option("--samples", 20, "Test samples, from 0 on.")
@click.option(
    "--on",
    "wanted",
    multiple=True,
    metavar="SIMULATOR[:MS]",
    help="Simulator and time step, such as brian2:0.1; repeatable.  [default: all that are installed]",
)
@data_option
@json_option
def command(checkpoint: Path, samples: int, wanted: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Show test samples to the network in CHECKPOINT, or the best one in the folder of a run, in PyNN's own cells, on
    several simulators, side by side.

    Simulators are event, brian2, nest (spikes on steps), nest-off-grid (between steps, as PyNN sets it up) and
    spiNNaker (an emulated board). Each gets the network as IF_curr_exp and StaticSynapse, and all samples in one run.
    What they answer is compared with the engine that trains.
    """
    from pyNN.errors import ConnectionError

    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.answers import answered
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.experiments.side_by_side import show
    from pynn_sfdfa.network.stock import NotStockError, in_stock_cells
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError

    places = _places(wanted)
    with as_wrong_use(CheckpointError, ConfigError, DatasetError, NotStockError), announced(sys.stderr):
        known = answered(checkpoint, samples, data, sys.stderr)
        stock, later = in_stock_cells(known.network)
    shown, counts, answers = known.samples, known.figures.counts, known.figures.predictions
    rows = [_engine(known.figures.spikes_per_sample, counts, answers, shown.labels)]
    for place in _able(places, stock, bool(wanted)):
        label = f"{place.name} in steps of {place.timestep:g} ms"
        with (
            click.progressbar(length=len(shown), label=label, file=sys.stderr) as progress,
            as_wrong_use(ValueError, ConnectionError),
            announced(sys.stderr),
            redirect_stdout(sys.stderr),  # simulators are talkative
        ):
            found = show(stock, later, place, shown, known.settings.readout_or_default(), progress.update)
        rows.append(_row(place, found, counts, answers, shown.labels))
    click.echo(json.dumps(rows, indent=2) if as_json else _table(rows, len(shown)))


def _places(wanted: tuple[str, ...]) -> list[Place]:
    from pynn_sfdfa.experiments.side_by_side import KINDS, Place

    if not wanted:
        return [Place(name, step) for name, kind in KINDS.items() for step in kind.steps]
    places = []
    for word in wanted:
        name, _, step = word.partition(":")
        if name not in KINDS:
            raise click.BadParameter(f"there is no {name!r}; choose from {', '.join(KINDS)}.", param_hint="--on")
        try:
            places.append(Place(name, float(step or KINDS[name].steps[0])))
        except ValueError:
            raise click.BadParameter(f"{step!r} is no time step in ms, such as 0.1.", param_hint="--on") from None
    return places


def _able(places: list[Place], stock: Network, wanted: bool) -> list[Place]:
    """Return the places that can show the network, before any has run: what is wanted and cannot be is an error."""
    able = []
    for place in places:
        obstacle = place.obstacle(stock)
        if obstacle is None:
            able.append(place)
        elif wanted:
            raise WrongUse(f"{place.name}: {obstacle}.")
        else:
            click.echo(f"Left out {place.name} in steps of {place.timestep:g} ms: {obstacle}.", err=True)
    return able


def _engine(
    spikes: tuple[float, ...], counts: NDArray[np.int32], answers: NDArray[np.int64], labels: NDArray[np.int64]
) -> dict[str, Any]:
    return {
        "simulator": "engine that trains",
        "timestep": None,
        "accuracy": float((answers == labels).mean()),
        "equal_answers": 1.0,
        "equal_output_counts": 1.0,
        "spikes_per_sample": [float(each) for each in spikes],
        "building_seconds": None,
        "seconds_per_sample": None,
    }


def _row(
    place: Place, found: Answers, counts: NDArray[np.int32], answers: NDArray[np.int64], labels: NDArray[np.int64]
) -> dict[str, Any]:
    return {
        "simulator": place.name,
        "timestep": place.timestep,
        "accuracy": float((found.answers == labels).mean()),
        "equal_answers": float((found.answers == answers).mean()),
        "equal_output_counts": float((found.counts[-1] == counts).mean()),
        "spikes_per_sample": [float(each.sum() / labels.size) for each in found.counts],
        "building_seconds": found.building,
        "seconds_per_sample": found.running / labels.size,
    }


def _table(rows: list[dict[str, Any]], n: int) -> str:
    headings = ["simulator", "step (ms)", "accuracy (%)", "equal answers (%)", "equal output counts (%)"]
    headings += ["spikes of a sample", "built in (s)", "s a sample"]
    lines = []
    for row in rows:
        cells = [
            row["simulator"],
            "-" if row["timestep"] is None else f"{row['timestep']:g}",
            *(f"{100 * row[name]:.1f}" for name in ("accuracy", "equal_answers", "equal_output_counts")),
            " + ".join(f"{spikes:.1f}" for spikes in row["spikes_per_sample"]),
            *("-" if row[name] is None else f"{row[name]:.3f}" for name in ("building_seconds", "seconds_per_sample")),
        ]
        lines.append(cells)
    marked = [f"| {' | '.join(cells)} |" for cells in [headings, ["---"] * len(headings), *lines]]
    table = fitting("\n".join(marked), headings, lines)
    return f"{n} samples; equal: to the engine that trains.\n\n{table}"
