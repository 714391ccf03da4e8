"""``pynn-sfdfa export``."""

from __future__ import annotations

from pathlib import Path

import click

from pynn_sfdfa.commands.failures import as_wrong_use
from pynn_sfdfa.commands.options import OutFile

__all__ = ["command"]


@click.command(name="export", short_help="Write a checkpoint for other frameworks.")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--format", "file_format", type=click.Choice(["nir"]), required=True, help="What to write.")
@click.option("--out", type=OutFile("a NIR graph", ".nir", ".h5", ".hdf5"), help="File.  [default: CHECKPOINT.nir]")
@click.option("--dt", type=float, default=0.1, show_default=True, help="Time step of the reader, in ms.")
def command(checkpoint: Path, file_format: str, out: Path | None, dt: float) -> None:
    """Write the trained network in CHECKPOINT as a NIR graph, which other simulators and SpiNNaker2's tools read."""
    try:
        import nir  # noqa: F401 - only to know whether it is there
    except ModuleNotFoundError:
        raise click.UsageError("The package nir is not installed; install it with: pip install nir") from None

    from pynn_sfdfa.experiments import assembly
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.network.nir_graph import NIRError, to_nir, write
    from pynn_sfdfa.training.checkpoint import CheckpointError

    with as_wrong_use(CheckpointError, ConfigError, NIRError):
        network = assembly.trained_network(checkpoint)
        graph = to_nir(network, dt)
    path = out or checkpoint.with_suffix(".nir")
    write(graph, path)
    click.echo(f"{path}: {' - '.join(map(str, network.sizes))} neurons, for a time step of {dt:g} ms.")
