"""``pynn-sfdfa benchmark``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pynn_sfdfa.commands.failures import as_failure, as_wrong_use
from pynn_sfdfa.commands.options import OutFile, count_option, data_option, json_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynn_sfdfa.benchmark.task import Task

__all__ = ["command"]

WARM_UP_EPOCHS = 4
N_TRAIN = N_TEST = 10_000
ALL_TRAIN = 60_000
"""Training samples of MNIST: fewer do not lead to 98 %."""
OF_TASK = {"mnist": (N_TRAIN, N_TEST, 1), "mnist-conv": (500, 250, 1), "fsdd-hm2bp": (2700, 300, 3)}
"""Samples that peers learn and are tested on, and epochs: the larger network takes them a tenth of a second each."""
OPTIONS = {
    "memory": {"data"},
    "start-up": {"repetitions"},
    "speed": {"data", "threads", "samples", "repetitions"},
    "peers": {"data", "threads", "task"},
    "curves": {"data", "threads", "samples", "seconds"},
}
"""What is measured, in the order in which --all does it, and the options that make a difference to each."""


@click.command(name="benchmark", short_help="Measure speed on this machine.")
@data_option
@click.option("--threads", type=click.IntRange(min=1), help="Threads for everything.  [default: one per core]")
@count_option("--samples", 2000, "Samples of a timed run; with --curves, of a test.")
@count_option("--repetitions", 9, "Timed runs of each.")
@click.option("--peers", is_flag=True, help="Compare with snnTorch, SpikingJelly and Norse instead.")
@click.option(
    "--task", type=click.Choice(list(OF_TASK)), default="mnist", show_default=True, help="What --peers compares on."
)
@click.option(
    "--curves",
    type=OutFile("a PNG picture", ".png"),
    help="Train this package's rules and peers instead, draw accuracy over seconds into this file, and tell when 90, "
    "95, 97 and 98 % are reached.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Training of each system in --curves.",
)
@click.option("--start-up", is_flag=True, help="Time the start of the command line instead.")
@click.option("--memory", is_flag=True, help="Measure the memory that an epoch of MNIST takes instead.")
@click.option(
    "--all", "everything", is_flag=True, help="Measure all of it, one after the other; add --curves for these."
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    data: Path | None,
    threads: int | None,
    samples: int,
    repetitions: int,
    peers: bool,
    task: str,
    curves: Path | None,
    seconds: float,
    start_up: bool,
    memory: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Measure training and inference of MNIST (784-800-10, batch 50, published settings) on this machine.

    Beside it, in turn: a plain implementation of the same, and the dense loops that it cannot do without. Where MNIST
    is not found, synthetic images with its statistics take its place; nothing is downloaded.
    """
    asked = {"memory": memory, "start-up": start_up, "peers": peers, "curves": curves is not None}
    chosen = _chosen(asked, everything)
    _refuse_unused(ctx, chosen)
    if curves is not None and not curves.parent.is_dir():
        raise click.UsageError(f"--curves {curves}: there is no folder {curves.parent}; make it first.")
    measure: dict[str, Callable[[], tuple[dict[str, Any], str]]] = {
        "memory": lambda: _memory(data),
        "start-up": lambda: _start_up(repetitions),
        "speed": lambda: _speed(data, threads, samples, repetitions),
        "peers": lambda: _peers(data, threads, task),
        "curves": lambda: _curves(data, threads, samples, seconds, curves or Path()),
    }
    reports = {}
    for name in chosen:
        reports[name], text = measure[name]()
        if not as_json:
            click.echo(f"{name}\n\n{text}\n" if everything else text)
    if as_json:
        click.echo(json.dumps(reports if everything else reports[chosen[0]], indent=2))


def _chosen(asked: dict[str, bool], everything: bool) -> list[str]:
    """Return what is to be measured, in order."""
    if everything:
        return [name for name in OPTIONS if name != "curves" or asked["curves"]]
    chosen = [name for name in OPTIONS if asked.get(name)]
    if len(chosen) > 1:
        options = [f"--{name}" for name in asked]
        raise click.UsageError(
            f"{', '.join(options[:-1])} and {options[-1]} are measurements of their own; give one at a time, or --all."
        )
    return chosen or ["speed"]


def _refuse_unused(ctx: click.Context, chosen: list[str]) -> None:
    """Refuse options that make no difference to anything that is measured."""
    of_any = set().union(*OPTIONS.values())
    for name in of_any - set().union(*(OPTIONS[one] for one in chosen)):
        if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            fitting = ["no other" if one == "speed" else f"--{one}" for one, used in OPTIONS.items() if name in used]
            raise click.UsageError(
                f"--{name} makes no difference here; leave it out, or measure what it is for ({' or '.join(fitting)})."
            )


def _tell(what: str) -> None:
    click.echo(f"benchmark: {what}", err=True)


def _speed(data: Path | None, threads: int | None, samples: int, repetitions: int) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.speed import measure_speed
    from pynn_sfdfa.benchmark.tables import speed_table
    from pynn_sfdfa.training.trainer import CannotLearnError

    with as_failure(CannotLearnError):
        task = _prepared(data, N_TRAIN, N_TEST, threads)
        report = measure_speed(
            task, samples=samples, repetitions=repetitions, warm_up_epochs=WARM_UP_EPOCHS, tell=_tell
        )
    return report, speed_table(report)


def _peers(data: Path | None, threads: int | None, task: str) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.peers import measure_peers
    from pynn_sfdfa.benchmark.tables import peers_table

    n_train, n_test, epochs = OF_TASK[task]
    report = measure_peers(_prepared(data, n_train, n_test, threads, experiment=task), tell=_tell, epochs=epochs)
    return report, peers_table(report)


def _curves(
    data: Path | None, threads: int | None, samples: int, seconds: float, picture: Path
) -> tuple[dict[str, Any], str]:
    from pynn_sfdfa.benchmark.peers import measure_learning
    from pynn_sfdfa.benchmark.pictures import learning_picture
    from pynn_sfdfa.benchmark.tables import learning_table
    from pynn_sfdfa.plotting import save
    from pynn_sfdfa.support.files import WriteError

    report = measure_learning(_prepared(data, ALL_TRAIN, N_TEST, threads), seconds, samples, tell=_tell)
    with as_failure(WriteError):
        save(learning_picture(report), picture)
    return report, learning_table(report)


def _prepared(data: Path | None, n_train: int, n_test: int, threads: int | None, **of_others: str) -> Task:
    from pynn_sfdfa.benchmark.task import prepare
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments.config import ConfigError

    with as_wrong_use(ConfigError), as_failure(DatasetError):
        return prepare(data, n_train, n_test, threads, **of_others)


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
