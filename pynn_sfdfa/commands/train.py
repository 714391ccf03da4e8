"""``pynn-sfdfa train``."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pynn_sfdfa.commands.failures import Failure, as_failure, as_wrong_use, explained, interrupted
from pynn_sfdfa.commands.options import (
    OutFolder,
    SettingsCommand,
    data_option,
    json_option,
    set_option,
    simulator_options,
    spelled,
)
from pynn_sfdfa.commands.spread import SHARDS, spread

if TYPE_CHECKING:
    from pynn_sfdfa.experiments.run_folder import RunFolder
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["command"]


@click.command(name="train", cls=SettingsCommand)
@click.argument("experiment")
@simulator_options
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs in all, also when resuming.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of weights, order of samples and perturbations.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; results do not depend on their number.")
@data_option
@click.option(
    "--out",
    type=OutFolder(),
    help="Folder for the results.  [default: runs/EXPERIMENT-RULE-seedSEED]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes on this machine that share out each batch; see the page on many machines.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Share out each batch among the workers of this Dask scheduler.")
@click.option("--resume", is_flag=True, help="Go on with the run in the folder from its last checkpoint.")
@json_option
@set_option
def command(
    experiment: str,
    simulator: str,
    setup: dict[str, Any],
    epochs: int | None,
    seed: int | None,
    threads: int | None,
    data: Path | None,
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    as_json: bool,
    overrides: tuple[str, ...],
) -> None:
    """Train EXPERIMENT: one of those that pynn-sfdfa info lists, such as digits or digits-hm2bp, or a TOML file.

    Results, checkpoints and pictures go to a folder of their own; progress is shown on standard error.
    """
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.experiments.without_effect import load_effective

    options = {"epochs": epochs, "seed": seed, "threads": threads}
    given = [f"training.{key}={value}" for key, value in options.items() if value is not None]
    with as_wrong_use(ConfigError):
        settings = load_effective(experiment, [*overrides, *given])
        if (workers or scheduler) and settings.training.shards is None:
            settings = load_effective(experiment, [*overrides, *given, f"training.shards={SHARDS}"])

    from pyNN.errors import ConnectionError as WiringError
    from pyNN.errors import InvalidParameterValueError

    from pynn_sfdfa.campaign.errors import CampaignError, WorkersLostError
    from pynn_sfdfa.common.simulators import SimulatorError
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments import (
        run,  # only now: it imports the simulator, and typing errors should be answered at once
    )
    from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError
    from pynn_sfdfa.experiments.run_log import records
    from pynn_sfdfa.support.files import WriteError
    from pynn_sfdfa.training.checkpoint import CheckpointError
    from pynn_sfdfa.training.trainer import CannotLearnError

    path = out or Path("runs") / f"{settings.name}-{settings.learning.rule}-seed{settings.training.seed}"
    folder = RunFolder(path)
    again = ["pynn-sfdfa", "train", str(folder.config), "--out", str(path), "--simulator", simulator]
    again += [*spelled(setup), "--resume", *(["--data", str(data)] if data else [])]
    again += [*(["--workers", str(workers)] if workers else []), *(["--scheduler", scheduler] if scheduler else [])]
    try:
        with (
            explained(simulator, setup),
            as_wrong_use(CampaignError, ConfigError, SimulatorError, DatasetError, RunFolderError, CheckpointError),
            as_wrong_use(InvalidParameterValueError, WiringError),
            as_failure(CannotLearnError),
            spread(workers, scheduler, settings.training.threads, sys.stderr) as others,
        ):
            summary = run.train(
                settings,
                folder,
                simulator=simulator,
                setup=setup,
                data=data,
                resume=resume,
                stream=sys.stderr,
                spread=others,
            )
    except KeyboardInterrupt as error:
        if not folder.config.exists():
            raise
        what, status = interrupted(error)
        click.echo(f"\n{what}. To go on: {_spelled_out(again, folder, settings)}", err=True)
        raise SystemExit(status) from None
    except WorkersLostError as error:
        if not folder.config.exists():
            raise Failure(f"{error} Nothing has been trained yet: give the command again.") from None
        raise Failure(f"{error} Finished epochs are kept. To go on: {_spelled_out(again, folder, settings)}") from None
    except WriteError as error:
        if not folder.config.exists():
            raise
        raise Failure(
            f"{error} What was written before is whole. To go on: {_spelled_out(again, folder, settings)}"
        ) from None
    if summary["silent_outputs"]:
        first = records(folder.metrics)[0].silent_fraction[-1]
        rate = (
            "They fell silent by learning: lower the learning rate first. " if summary["silent_outputs"] > first else ""
        )
        click.echo(
            f"{100 * summary['silent_outputs']:.0f} % of the output neurons fired for no training sample of the last "
            f"epoch, so their classes are never predicted. {rate}What does not fire has no spikes to learn from: try "
            "rate regularisation (rho), a wider range of initial weights, a lower v_thresh of the output, or another "
            "seed.",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(
        f"Best test accuracy {100 * summary['best_test_accuracy']:.2f} %, "
        f"after {summary['epochs']} epochs {100 * summary['final_test_accuracy']:.2f} %. Results are in {path}."
    )


def _spelled_out(again: list[str], folder: RunFolder, settings: Experiment) -> str:
    """Return a command that goes on with a run, with the number of epochs where the folder does not say it yet."""
    from pynn_sfdfa.experiments.config import load

    epochs = settings.training.epochs
    return shlex.join([*again, *(["--epochs", str(epochs)] if load(folder.config).training.epochs != epochs else [])])
