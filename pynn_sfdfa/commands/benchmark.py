"""``pynn-sfdfa benchmark``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pynn_sfdfa.commands.failures import as_failure, as_wrong_use
from pynn_sfdfa.commands.options import data_option, json_option

__all__ = ["command"]

WARM_UP_EPOCHS = 4
N_TRAIN = N_TEST = 10_000
OF_TASK = {"mnist": (N_TRAIN, N_TEST, 1), "mnist-conv": (500, 250, 1), "fsdd-hm2bp": (2700, 300, 3)}
"""Samples that peers learn and are tested on, and epochs: the larger network takes them a tenth of a second each."""


@click.command(name="benchmark", short_help="Measure speed on this machine.")
@data_option
@click.option("--threads", type=click.IntRange(min=1), help="Threads for everything.  [default: one per core]")
@click.option("--samples", type=click.IntRange(min=1), default=2000, show_default=True, help="Samples of a timed run.")
@click.option("--repetitions", type=click.IntRange(min=1), default=9, show_default=True, help="Timed runs of each.")
@click.option("--peers", is_flag=True, help="Compare with snnTorch and SpikingJelly instead.")
@click.option(
    "--task", type=click.Choice(list(OF_TASK)), default="mnist", show_default=True, help="What --peers compares on."
)
@click.option("--start-up", is_flag=True, help="Time the start of the command line instead.")
@click.option("--memory", is_flag=True, help="Measure the memory that an epoch of MNIST takes instead.")
@json_option
def command(
    data: Path | None,
    threads: int | None,
    samples: int,
    repetitions: int,
    peers: bool,
    task: str,
    start_up: bool,
    memory: bool,
    as_json: bool,
) -> None:
    """Measure training and inference of MNIST (784-800-10, batch 50, published settings) on this machine.

    Beside it, in turn: a plain implementation of the same, and the dense loops that it cannot do without. Where MNIST
    is not found, synthetic images with its statistics take its place; nothing is downloaded.
    """
    if sum((peers, start_up, memory)) > 1:
        raise click.UsageError("--peers, --start-up and --memory are measurements of their own; give one at a time.")
    if task != "mnist" and not peers:
        raise click.UsageError(f"--task {task} is for the comparison with others; add --peers.")
    if start_up:
        report, text = _start_up(repetitions)
    elif memory:
        report, text = _memory(data)
    else:
        report, text = _peers(data, threads, task) if peers else _speed(data, threads, samples, repetitions)
    click.echo(json.dumps(report, indent=2) if as_json else text)


def _tell(what: str) -> None:
    click.echo(f"benchmark: {what}", err=True)


def _speed(data: Path | None, threads: int | None, samples: int, repetitions: int) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.speed import measure_speed
    from pynn_sfdfa.benchmark.tables import speed_table
    from pynn_sfdfa.benchmark.task import prepare
    from pynn_sfdfa.experiments.config import ConfigError
    from pynn_sfdfa.training.trainer import CannotLearnError

    with as_wrong_use(ConfigError), as_failure(CannotLearnError):
        task = prepare(data, N_TRAIN, N_TEST, threads)
        report = measure_speed(
            task, samples=samples, repetitions=repetitions, warm_up_epochs=WARM_UP_EPOCHS, tell=_tell
        )
    return report, speed_table(report)


def _peers(data: Path | None, threads: int | None, task: str) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.peers import measure_peers
    from pynn_sfdfa.benchmark.tables import peers_table
    from pynn_sfdfa.benchmark.task import prepare
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.config import ConfigError

    n_train, n_test, epochs = OF_TASK[task]
    with as_wrong_use(ConfigError), as_failure(DatasetError):
        report = measure_peers(prepare(data, n_train, n_test, threads, experiment=task), tell=_tell, epochs=epochs)
    return report, peers_table(report)


def _start_up(repetitions: int) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.processes import CommandFailed, measure_start_up
    from pynn_sfdfa.benchmark.tables import start_up_table

    with as_failure(CommandFailed):
        report = measure_start_up(repetitions)
    return report, start_up_table(report)


def _memory(data: Path | None) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.processes import CommandFailed, measure_memory
    from pynn_sfdfa.benchmark.tables import memory_table

    with as_failure(CommandFailed):
        report = measure_memory(data)
    return report, memory_table(report)
