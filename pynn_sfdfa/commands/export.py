"""``pynn-sfdfa export``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pynn_sfdfa.commands.failures import as_wrong_use
from pynn_sfdfa.commands.options import Checkpoint, OutFile, data_option

__all__ = ["command"]

_SAMPLES = 100


@click.command(name="export", short_help="Write a checkpoint for other frameworks and simulators.")
@click.argument("checkpoint", type=Checkpoint())
@click.option(
    "--format", "file_format", type=click.Choice(["nir", "pynn", "spinnaker2"]), required=True, help="What to write."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="File.  [default: CHECKPOINT.nir, CHECKPOINT_pynn.py, ...]"
)
@click.option("--dt", type=float, help="Time step of the reader or the script, in ms.  [default: 0.1; spinnaker2: 1]")
@click.option("--bits", type=click.Choice(["8", "4"]), help="spinnaker2: size of a weight.  [default: 8]")
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    help=f"pynn, spinnaker2: test samples to write beside it.  [default: {_SAMPLES}]",
)
@data_option
def command(
    checkpoint: Path,
    file_format: str,
    out: Path | None,
    dt: float | None,
    bits: str | None,
    samples: int | None,
    data: Path | None,
) -> None:
    """Write the trained network in CHECKPOINT, or the best one in the folder of a run, for others to run.

    nir: a NIR graph, which other simulators and SpiNNaker2's tools read.

    pynn: a PyNN script, which needs PyNN and NumPy alone and runs on NEST, Brian2, NEURON or SpiNNaker; its weights and
    some test samples are in a file of the same name, which ends in .npz.

    spinnaker2: a program for py-spinnaker2 with integer weights, and a file as beside a PyNN script. Programs like it
    have not been run with py-spinnaker2 or on a chip.
    """
    if bits is not None and file_format != "spinnaker2":
        raise click.UsageError("--bits goes with --format spinnaker2.")
    if file_format == "nir":
        for option, value in (("--samples", samples), ("--data", data)):
            if value is not None:
                raise click.UsageError(f"{option} goes with --format pynn or spinnaker2; a NIR graph holds no samples.")
        _nir(checkpoint, _named(out, OutFile("a NIR graph", ".nir", ".h5", ".hdf5")), 0.1 if dt is None else dt)
    elif file_format == "pynn":
        path = _named(out, OutFile("a PyNN script", ".py"))
        _pynn(checkpoint, path, 0.1 if dt is None else dt, samples or _SAMPLES, data)
    else:
        path = _named(out, OutFile("a program for py-spinnaker2", ".py"))
        _spinnaker2(checkpoint, path, 1.0 if dt is None else dt, int(bits or 8), samples or _SAMPLES, data)


def _named(out: Path | None, kind: OutFile) -> Path | None:
    try:
        return None if out is None else kind.convert(out, None, None)
    except click.BadParameter as error:
        raise click.BadParameter(error.message, param_hint="--out") from None


def _nir(checkpoint: Path, out: Path | None, dt: float) -> None:
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


def _pynn(checkpoint: Path, out: Path | None, dt: float, samples: int, data: Path | None) -> None:
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.answers import answered, shown_of
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.network.pynn_script import PyNNScriptError, write
    from pynn_sfdfa.network.stock import NotStockError
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError

    path = out or checkpoint.with_name(f"{checkpoint.stem}_pynn.py")
    with (
        as_wrong_use(CheckpointError, ConfigError, DatasetError, NotStockError, PyNNScriptError),
        announced(sys.stderr),
    ):
        known = answered(checkpoint, samples, data, sys.stderr)
        network, settings, shown = known.network, known.settings, known.samples
        sizes = " - ".join(map(str, network.sizes))
        title = f"{settings.name}, a network of {sizes} neurons trained by pynn-sfdfa"
        readout = settings.readout_or_default().name
        counts, answers = known.figures.counts, known.figures.predictions
        write(network, path, shown, counts, answers, title=title, readout=readout, timestep=dt)
    click.echo(
        f"{path}: {sizes} neurons; {path.with_suffix('.npz').name}: weights and {shown_of(shown, samples)}, "
        f"{100 * known.figures.accuracy:.2f} % right in continuous time. Run: python {path} nest"
    )


def _spinnaker2(checkpoint: Path, out: Path | None, dt: float, bits: int, samples: int, data: Path | None) -> None:
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.answers import answered, shown_of
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.network.spinnaker2 import SpiNNaker2Error, quantised, write
    from pynn_sfdfa.network.spinnaker2_reference import counts
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError

    path = out or checkpoint.with_name(f"{checkpoint.stem}_spinnaker2.py")
    with as_wrong_use(CheckpointError, ConfigError, DatasetError, SpiNNaker2Error), announced(sys.stderr):
        known = answered(checkpoint, samples, data, sys.stderr)
        net = quantised(known.network, bits, dt)
        expected = counts(net, known.samples)[-1]
        sizes = " - ".join(map(str, known.network.sizes))
        title = f"{known.settings.name}, a network of {sizes} neurons trained by pynn-sfdfa"
        write(net, path, known.samples, expected, title=title)
    right = 100 * float((expected.argmax(axis=1) == known.samples.labels).mean())
    archive = path.with_suffix(".npz").name
    click.echo(
        f"{path}: {sizes} neurons, {net.model} with weights of {bits} bits; {archive}: weights and "
        f"{shown_of(known.samples, samples)}. Right: {100 * known.figures.accuracy:.2f} % in continuous time, "
        f"{right:.2f} % in the arithmetic that is expected of the chip."
    )
    for number, layer in enumerate(net.layers, start=1):
        if layer.vanished:
            click.echo(
                f"Layer {number}: {layer.vanished} of {layer.weights.size} weights are below half a step and became 0."
            )
    click.echo("Not run with py-spinnaker2 or on a chip.")
