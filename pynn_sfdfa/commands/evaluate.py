"""``pynn-sfdfa evaluate``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from pynn_sfdfa.commands.failures import as_wrong_use, explained
from pynn_sfdfa.commands.options import data_option, json_option, simulator_options

__all__ = ["command"]


@click.command(name="evaluate", short_help="Measure the test accuracy of a checkpoint.")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@simulator_options
@data_option
@json_option
def command(checkpoint: Path, simulator: str, setup: dict[str, Any], data: Path | None, as_json: bool) -> None:
    """Measure the test accuracy of CHECKPOINT, a .safetensors file that train wrote."""
    from pynn_sfdfa.common.simulators import SimulatorError, set_up
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments import assembly
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError

    with as_wrong_use(CheckpointError, ConfigError, SimulatorError, DatasetError):
        settings, saved = assembly.from_checkpoint(checkpoint)
        sim = set_up(simulator, setup)
        network, samples = assembly.build(settings, data, sys.stderr, "evaluate")
        assembly.restore(network, saved, checkpoint)
        trainer = assembly.build_evaluator(settings, network, sim)
    with explained(simulator, setup), announced(sys.stderr):
        result = trainer.evaluate(samples.test)
    if as_json:
        figures = {
            "accuracy": result.accuracy,
            "loss": result.loss,
            "samples": len(samples.test),
            "spikes_per_sample": result.spikes_per_sample,
            "confusion": result.confusion.tolist(),
        }
        click.echo(json.dumps(figures))
        return
    spikes = " + ".join(f"{count:.1f}" for count in result.spikes_per_sample)
    click.echo(
        f"Test accuracy {100 * result.accuracy:.2f} % of {len(samples.test)} samples, "
        f"loss {result.loss:.3f}, spikes per sample {spikes}."
    )
