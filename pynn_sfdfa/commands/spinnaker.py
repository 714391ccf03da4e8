"""``pynn-sfdfa spinnaker doctor`` and ``pynn-sfdfa spinnaker run``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pynn_sfdfa.commands.failures import OWN_PROCESS, WrongUse, as_wrong_use, explained_on
from pynn_sfdfa.commands.options import OutFolder, SettingsCommand, data_option, set_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pynn_sfdfa.hardware.board.board import EmulatedBoard
    from pynn_sfdfa.hardware.board.places import Place

__all__ = ["command"]


@click.group(name="spinnaker", short_help="Run on SpiNNaker: emulated, a board, or spalloc.")
def command() -> None:
    """Run experiments and PyNN scripts on SpiNNaker, and see what is needed for it."""


@command.command(cls=SettingsCommand, short_help="Say what is missing, or whether an experiment fits.")
@click.argument("experiment", required=False)
@click.option("--timestep", type=float, default=1.0, show_default=True, metavar="MS", help="EXPERIMENT: time step.")
@click.option("--neurons-per-core", type=click.IntRange(1, 256), default=64, show_default=True, help="EXPERIMENT.")
@data_option
@set_option
@click.pass_context
def doctor(
    ctx: click.Context,
    experiment: str | None,
    timestep: float,
    neurons_per_core: int,
    data: Path | None,
    overrides: tuple[str, ...],
) -> None:
    """Say what is here of all that SpiNNaker needs, what is missing, and how to get it.

    With EXPERIMENT (a name or a TOML file): whether it can learn on the cores, how its network lies on them, and which
    parts of rules can learn there.

    The exit status is 0 if scripts can run on the emulated board, or EXPERIMENT can learn on the cores.
    """
    if experiment is not None:
        _examine(ctx, experiment, timestep, neurons_per_core, data, overrides)
        return
    for option in ctx.command.params:
        if ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option.opts[0]} is for an experiment; name one, such as digits-online.")
    from pynn_sfdfa.hardware.board.doctor import examine

    findings = examine()
    for finding in findings:
        mark, text = ("ok     ", finding.found) if finding.found else ("missing", finding.remedy)
        click.echo(f"{mark}  {finding.name} (for {finding.purpose}): {text}")
    if any(finding.found is None for finding in findings if finding.name in ("sPyNNaker", "unicorn")):
        ctx.exit(1)


def _examine(
    ctx: click.Context, name: str, timestep: float, per_core: int, data: Path | None, overrides: tuple[str, ...]
) -> None:
    from pynn_sfdfa.datasets import DatasetError
    from pynn_sfdfa.experiments import assembly, config, on_cores
    from pynn_sfdfa.experiments.without_effect import load_effective

    with as_wrong_use(config.ConfigError, DatasetError):
        settings = load_effective(name, overrides)
        network, _ = assembly.build(settings, data, sys.stderr, "simulate")
    obstacles, lines = on_cores.examined(settings, network, timestep, per_core)
    for line in lines:
        click.echo(line)
    if obstacles:
        click.echo(f"{settings.name} cannot learn on the cores like this:")
        for obstacle in obstacles:
            click.echo(f"- {obstacle}")
        ctx.exit(1)
    click.echo(f"{settings.name} can learn on the cores.")


@command.command(cls=SettingsCommand, short_help="Run an experiment or a script on a board.")
@click.argument("source", metavar="EXPERIMENT|SCRIPT")
@click.argument("arguments", metavar="[-- SCRIPT'S ARGUMENTS]", nargs=-1)
@click.option("--board", required=True, help="emulated, HOSTNAME, or spalloc:SERVER.")
@click.option("--out", type=OutFolder(), help="An experiment's folder for the results.")
@click.option("--profile", is_flag=True, help="Print a script's load of each emulated core, and who would be late.")
@click.option("--report", type=OutFolder(), metavar="DIR", help="Write DIR/report.html: a script on emulated cores.")
@click.option("--pace", type=float, metavar="X", help="Emulated: X s a second at most if live; inf.  [default: 1]")
@click.option("--show-config", is_flag=True, help="Only print the configuration that sPyNNaker is given.")
@data_option
@set_option
def run(
    source: str,
    arguments: tuple[str, ...],
    board: str,
    out: Path | None,
    profile: bool,
    report: Path | None,
    pace: float | None,
    show_config: bool,
    data: Path | None,
    overrides: tuple[str, ...],
) -> None:
    """Run EXPERIMENT (a name or a TOML file) or SCRIPT (for pyNN.spiNNaker or pynn_sfdfa.spiNNaker) on a board.

    A script's own arguments follow two dashes: pynn-sfdfa spinnaker run script.py --board emulated -- --samples 5

    Nothing has to be configured: sPyNNaker gets the settings of the board from here, whatever its files say.
    """
    from pynn_sfdfa.hardware.board.errors import BoardError
    from pynn_sfdfa.hardware.board.places import place

    with as_wrong_use(BoardError):
        where = place(board)
    if show_config:
        click.echo(where.configuration(), nl=False)
        return
    if profile and where.settings:
        raise click.UsageError("--profile counts what emulated cores execute: it is for --board emulated.")
    if profile and not source.endswith(".py"):
        raise click.UsageError("--profile is for scripts.")
    if report is not None and where.settings:
        raise click.UsageError("--report shows what emulated cores did for a script: it is for --board emulated.")
    if report is not None and not source.endswith(".py"):
        raise click.UsageError("--report is for scripts; training writes a page of its own, report.html.")
    if pace is not None and (where.settings or not source.endswith(".py")):
        raise click.UsageError("--pace is for a script with live input or output on --board emulated.")
    if not source.endswith(".py"):
        if arguments:
            raise click.UsageError(f"{arguments[0]!r} is one argument too many: only a script takes others.")
        from pynn_sfdfa.commands.train import command as train

        words = [source, "--simulator", "spiNNaker", "--board", board]
        words += [word for override in overrides for word in ("--set", override)]
        words += ["--out", str(out)] if out else []
        train.main([*words, *(["--data", str(data)] if data else [])], standalone_mode=False)
        return
    if overrides or out or data:
        raise click.UsageError("--set, --out and --data are for experiments; a script has none.")
    if not Path(source).is_file():
        raise click.UsageError(f"There is no script {source}.")
    with explained_on(where.name):
        _run_script([source, *arguments], where, profile, 1.0 if pace is None else pace, report)


def _run_script(words: list[str], where: Place, profile: bool, pace: float, report: Path | None) -> None:
    from pynn_sfdfa.hardware.board.errors import BoardError
    from pynn_sfdfa.hardware.board.places import at
    from pynn_sfdfa.hardware.board.scripts import run_script, threads_left

    try:
        with (
            as_wrong_use(BoardError),
            _reported(report, words[0]) as show,
            at(where, profile or report is not None, pace, report is not None) as board,
        ):
            show(board)
            try:
                run_script(words)
            finally:
                if profile and board is not None and board.profile is not None:
                    click.echo(board.profile.report())
    except WrongUse as refusal:
        if click.get_current_context().obj is OWN_PROCESS and threads_left():  # of the script, which might never end
            refusal.show()
            sys.stdout.flush()
            os._exit(refusal.exit_code)
        raise


@contextlib.contextmanager
def _reported(folder: Path | None, script: str) -> Iterator[Callable[[EmulatedBoard | None], None]]:
    """Write the page of a script that runs within the block, however it ends; yield what takes the board."""
    from pynn_sfdfa.hardware.board.scripts import told
    from pynn_sfdfa.support import files

    if folder is None:
        yield lambda board: None
        return
    with as_wrong_use(files.WriteError, NotADirectoryError):
        files.make_folder(folder)
    boards: list[EmulatedBoard] = []
    trouble = ""
    try:
        yield lambda board: None if board is None else boards.append(board)
    except BaseException as error:
        trouble = told(error, script)
        raise
    finally:
        for board in boards:
            _write_page(folder, script, trouble, board)


def _write_page(folder: Path, script: str, trouble: str, board: EmulatedBoard) -> None:
    """Write the page; the script's results, or its error, are not to be lost if that cannot be done."""
    from pynn_sfdfa.experiments.page import board_page

    path = folder / board_page.NAME
    try:
        board_page.write(path, Path(script).name, trouble, board)
    except Exception as error:
        click.echo(f"The page of {script} could not be written ({type(error).__name__}: {error}).", err=True)
    else:
        click.echo(f"Open {path} in a browser.", err=True)
