"""``pynn-sfdfa evaluate``."""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pynn_sfdfa.commands.failures import as_wrong_use, explained
from pynn_sfdfa.commands.options import Checkpoint, data_option, json_option, simulator_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.training.metrics import Evaluation

__all__ = ["command"]


@click.command(name="evaluate", short_help="Measure the test accuracy of a checkpoint.")
@click.argument("checkpoint", type=Checkpoint())
@simulator_options
@data_option
@click.option(
    "--draws",
    type=click.IntRange(min=2, max=1000),
    help="Draw the spikes of the test samples so often, by encoding.seed and the seeds that follow, and say how much "
    "the accuracy varies.",
)
@json_option
def command(
    checkpoint: Path, simulator: str, setup: dict[str, Any], data: Path | None, draws: int | None, as_json: bool
) -> None:
    """Measure the test accuracy of CHECKPOINT, a .safetensors file that train wrote, or the folder of a run."""
    from pynn_sfdfa.common.simulators import SimulatorError, set_up
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments import assembly
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.experiments.draws import seeds, test_samples
    from pynn_sfdfa.support.jit import announced
    from pynn_sfdfa.training.checkpoint import CheckpointError
    from pynn_sfdfa.training.silence import unanswered

    with as_wrong_use(CheckpointError, ConfigError, SimulatorError, DatasetError):
        settings, saved = assembly.from_checkpoint(checkpoint)
        drawn = [] if draws is None else seeds(settings, draws)
        sim = set_up(simulator, setup)
        network, samples = assembly.build(settings, data, sys.stderr, "evaluate")
        assembly.restore(network, saved, checkpoint)
        trainer = assembly.build_evaluator(settings, network, sim)
    if drawn:
        with explained(simulator, setup), announced(sys.stderr):
            results = []
            for seed, test in zip(drawn, test_samples(settings, data, sys.stderr, drawn), strict=True):
                results.append(trainer.evaluate(test))
                if not as_json:
                    click.echo(f"seed {seed}: {100 * results[-1].accuracy:.2f} %")
        _report_draws(drawn, results, len(samples.test), as_json)
        return
    with explained(simulator, setup), announced(sys.stderr):
        result = trainer.evaluate(samples.test)
    reason = unanswered(result.counts)
    if reason is not None:
        click.echo(reason, err=True)
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


def _report_draws(seeds: Sequence[int], results: Sequence[Evaluation], n_samples: int, as_json: bool) -> None:
    accuracies = [result.accuracy for result in results]
    mean, sd = statistics.mean(accuracies), statistics.stdev(accuracies)
    if as_json:
        figures = {
            "accuracy": mean,
            "accuracy_sd": sd,
            "samples": n_samples,
            "draws": [
                {"seed": seed, "accuracy": result.accuracy, "loss": result.loss}
                for seed, result in zip(seeds, results, strict=True)
            ],
        }
        click.echo(json.dumps(figures))
        return
    varies = f"{100 * mean:.2f} +- {100 * sd:.2f} % (mean and SD of {len(results)} draws)"
    click.echo(f"Test accuracy {varies} of {n_samples} samples.")
