"""``pynn-sfdfa simulate``."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pynn_sfdfa.commands.failures import WrongUse, as_wrong_use, explained
from pynn_sfdfa.commands.narrow import fitting, width
from pynn_sfdfa.commands.options import OutFile, SettingsCommand, data_option, set_option, simulator_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from pynn_sfdfa.plotting import LayerSpikes

__all__ = ["command"]


@click.command(name="simulate", cls=SettingsCommand, short_help="Show the spikes of one sample.")
@click.argument("source", metavar="EXPERIMENT|CHECKPOINT")
@click.option("--sample", type=click.IntRange(min=0), required=True, help="Number of the test sample, from 0.")
@simulator_options
@data_option
@click.option(
    "--out",
    type=OutFile("a PNG picture", ".png"),
    help="File for the raster picture.  [default: EXPERIMENT-sampleK.png]",
)
@set_option
def command(
    source: str,
    sample: int,
    simulator: str,
    setup: dict[str, Any],
    data: Path | None,
    out: Path | None,
    overrides: tuple[str, ...],
) -> None:
    """Run one test sample through the untrained network of an EXPERIMENT, or a trained one from a CHECKPOINT, or
    the best one in the folder of a run.

    Prints a table of the spikes of each layer and draws them as a raster picture.
    """
    from pyNN.errors import ConnectionError, InvalidParameterValueError
    from rich.console import Console

    from pynn_sfdfa import plotting
    from pynn_sfdfa.common.simulators import SimulatorError, set_up
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.encoding.spikes import presented
    from pynn_sfdfa.experiments import assembly, config, report
    from pynn_sfdfa.experiments.single_trial import run_trial
    from pynn_sfdfa.experiments.without_effect import load_effective
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError, named

    with as_wrong_use(config.ConfigError, CheckpointError, SimulatorError, DatasetError):
        trained = Path(source) if source in config.experiment_names() else named(Path(source))
        if trained.suffix == ".safetensors":
            if overrides:
                raise WrongUse("--set changes an experiment; a checkpoint keeps the settings it was trained with.")
            settings, saved = assembly.from_checkpoint(trained)
            sim = set_up(simulator, setup)
            network, samples = assembly.build(settings, data, sys.stderr, "simulate")
            assembly.restore(network, saved, trained)
        else:
            settings = load_effective(source, overrides)
            sim = set_up(simulator, setup)
            network, samples = assembly.build(settings, data, sys.stderr, "simulate")
    if sample >= len(samples.test):
        raise WrongUse(f"--sample {sample}: {settings.data.name} has the test samples 0 to {len(samples.test) - 1}.")
    with (
        explained(simulator, setup),
        as_wrong_use(InvalidParameterValueError, ConnectionError),
        announced(sys.stderr),
    ):
        layers = run_trial(network, sim, presented(samples.test, [sample]), setup)
    label = int(samples.test.labels[sample])
    title = f"{settings.name}, {report.trial_title(layers, sample, label, samples.classes)}"
    path = out or Path(f"{settings.name}-sample{sample}.png")
    plotting.save(plotting.raster(layers, network.trial_duration, label, title), path)
    console = Console(file=sys.stdout)
    if width() < _TABLE:
        click.echo(
            f"{textwrap.fill(title, width())}\n{fitting('-' * _TABLE, ['layer', *_HEADINGS], _layer_rows(layers))}\n"
        )
    else:
        console.print(_layer_table(layers, title))
    console.print(_output_table(layers[-1], label))
    click.echo(f"Raster picture: {path}")


_HEADINGS = ("neurons", "active", "spikes", "first (ms)", "last (ms)")
_TABLE = 70  # columns that the table of layers needs


def _layer_rows(layers: Sequence[LayerSpikes]) -> list[list[str]]:
    rows = []
    for layer in layers:
        ends = [f"{layer.times.min():.2f}", f"{layer.times.max():.2f}"] if layer.times.size else ["-", "-"]
        active = int((layer.counts() > 0).sum())
        rows.append([layer.name, str(layer.size), str(active), str(layer.times.size), *ends])
    return rows


def _layer_table(layers: Sequence[LayerSpikes], title: str) -> Table:
    from rich.table import Table

    table = Table("layer", title=title, title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for row in _layer_rows(layers):
        table.add_row(*row)
    return table


def _output_table(output: LayerSpikes, label: int) -> Table:
    from rich.table import Table

    counts = output.counts()
    table = Table("output neuron", title="Spikes of the output neurons", title_justify="left")
    table.add_column("spikes", justify="right")
    table.add_column("")
    for neuron in sorted(range(output.size), key=lambda neuron: -counts[neuron])[:10]:
        table.add_row(str(neuron), str(counts[neuron]), "label" if neuron == label else "")
    return table
