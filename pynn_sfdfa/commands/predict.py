"""``pynn-sfdfa predict``."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.failures import WrongUse, as_wrong_use
from pynn_sfdfa.commands.options import Checkpoint, OutFile

if TYPE_CHECKING:
    from pynn_sfdfa.datasets.event_files import EventFiles
    from pynn_sfdfa.experiments.model import Model

__all__ = ["command"]


@click.command(name="predict", short_help="Say what a trained network takes samples for.")
@click.argument("checkpoint", type=Checkpoint())
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--sensor",
    type=(click.IntRange(min=1), click.IntRange(min=1)),
    metavar="HEIGHT WIDTH",
    help="FILE is a recording of an event camera of so many pixels.  [default: as the run says]",
)
@click.option("--out", type=OutFile("a table", ".csv"), help="File for the table.  [default: printed]")
def command(checkpoint: Path, file: Path, sensor: tuple[int, int] | None, out: Path | None) -> None:
    """Write the class of each sample of FILE, its name if it has one, and the spikes of each output neuron, as CSV.

    CHECKPOINT is a .safetensors file that train wrote, or the folder of a run. FILE has samples without labels: .npy,
    .npz with one array, .csv with a sample a line, or idx as MNIST's images are, gzipped or not; or spikes, .npz with
    times (ms), units, offsets (sample k is offsets[k]:offsets[k+1]) and n_units; or it is a sound, .wav; or one
    recording of events, .bin, .npy, .npz or .aedat4, with --sensor if the run does not say how large its camera is.

    A sample for which no output neuron spikes has no answer: its spikes are all 0, its class is 0, and a line on the
    error stream says which samples these are.
    """
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.datasets.values import read_values
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.experiments.model import load
    from pynn_sfdfa.support.files import write_text
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError
    from pynn_sfdfa.training.silence import unanswered

    with as_wrong_use(CheckpointError, ConfigError, DatasetError):
        model = load(checkpoint)
        recording = _recording(model, file, sensor)
        values = read_values(file) if recording is None else recording
    try:
        with announced(sys.stderr):
            classes, counts = model.answer(values)
    except ValueError as error:
        raise WrongUse(f"{file}: {error}") from None
    reason = unanswered(counts)
    if reason is not None:
        click.echo(reason, err=True)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = model.classes
    writer.writerow(["sample", "class", *["name"] * bool(names), *(f"spikes_{k}" for k in range(counts.shape[1]))])
    for k, (own, spikes) in enumerate(zip(classes, counts.tolist(), strict=True)):
        writer.writerow([k, own, *([names[own]] if names else []), *spikes])
    if out is None:
        click.echo(table.getvalue(), nl=False)
    else:
        write_text(out, table.getvalue())
        click.echo(f"The classes of {len(classes):,} samples are in {out}.")


def _recording(model: Model, file: Path, sensor: tuple[int, int] | None) -> EventFiles | None:
    """Return the one recording of events that a file is, by the run's own camera if no other is given; or None."""
    from pynn_sfdfa.datasets.event_files import unlabelled
    from pynn_sfdfa.datasets.values import holds_spikes

    if model.encoder is None or model.encoder.takes != "events":
        if sensor is not None:
            raise click.UsageError(f"--sensor is for networks that were trained on events, and this is {model}.")
        return None
    if sensor is None and not holds_spikes(file):
        sensor = model.sensor
    return None if sensor is None else unlabelled(file, sensor)
