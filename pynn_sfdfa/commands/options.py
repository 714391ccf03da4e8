"""Options that several subcommands share."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Checkpoint",
    "OutFile",
    "OutFolder",
    "SettingsCommand",
    "count_option",
    "data_option",
    "json_option",
    "set_option",
    "simulator_options",
    "spelled",
]


class Checkpoint(click.Path):
    """A checkpoint to read, or the folder of a run, whose best one is taken, or else its last one."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path of the checkpoint."""
        from pynn_sfdfa.training.checkpoint import named

        return named(Path(value))


class OutFolder(click.Path):
    """A folder to write to; the empty name, which would be the present folder, is refused."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value).strip():
            self.fail("the name is empty; name a folder, or '.' for the present one.", param, ctx)
        return super().convert(value, param, ctx)


class OutFile(click.Path):
    """A file to write to, whose name says what it holds.

    Parameters
    ----------
    kind : str
        What is written.
    suffixes : str
        How the name may end; the first is the usual one.
    """

    def __init__(self, kind: str, *suffixes: str) -> None:
        super().__init__(dir_okay=False, path_type=Path)
        self._kind, self._suffixes = kind, suffixes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value).strip():
            self.fail("the name is empty.", param, ctx)
        path = Path(value)
        if path.suffix.lower() not in self._suffixes:
            name = f"{path.stem or 'FILE'}{self._suffixes[0]}"
            self.fail(f"{str(value)!r} is no name for {self._kind}; call it {name}.", param, ctx)
        return super().convert(value, param, ctx)


class SettingsCommand(click.Command):
    """A command with ``--set``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say of settings that do not follow a ``--set`` what they need."""
        given = list(args)  # click takes from its list what it has read
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if "--set" in given and type(error) is click.UsageError and "=" in error.message:
                said = f"{error.message.rstrip('.')}. --set takes one setting; give it once for each."
                raise click.UsageError(said, error.ctx) from None
            raise


data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with data sets; else $PYNN_SFDFA_DATA, then the user cache.",
)


def count_option(name: str, default: int, help: str, least: int = 1) -> Callable[[Any], Any]:
    """Return an option that takes a whole number, at least ``least``."""
    return click.option(name, type=click.IntRange(min=least), default=default, show_default=True, help=help)


_SIMULATOR = click.option("--simulator", default="event", show_default=True, help="Simulator to run on.")

_SETUP = {
    "timestep": click.option(
        "--timestep",
        type=click.FloatRange(min=0, min_open=True),
        metavar="MS",
        help="Time step in ms.  [default: brian2 0.1, spiNNaker 1]",
    ),
    "target": click.option(
        "--target", type=click.Choice(["cython", "numpy"]), help="brian2: code to run.  [default: cython, if it can]"
    ),
    "board": click.option("--board", help="spiNNaker: emulated, HOSTNAME, or spalloc:SERVER."),
    "standalone": click.option("--standalone", is_flag=True, help="brian2: compile each run to one C++ program."),
}
"""Arguments of a simulator's ``setup()``, and the options they are given by; which simulator takes which is said in
`pynn_sfdfa.common.simulators`."""


def simulator_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--simulator`` and the options of its ``setup()``, which the command gets as one dict, ``setup``."""

    @functools.wraps(command)
    def collecting(**values: Any) -> None:
        setup = {name: values.pop(name) for name in _SETUP}
        command(**values, setup={name: value for name, value in setup.items() if value not in (None, False)})

    decorated: Callable[..., None] = collecting
    for option in reversed([_SIMULATOR, *_SETUP.values()]):
        decorated = option(decorated)
    return decorated


def spelled(setup: Mapping[str, Any]) -> list[str]:
    """Return the options of the command line that give this ``setup``."""
    words = []
    for name, value in setup.items():
        words += [f"--{name}"] if value is True else [f"--{name}", f"{value}"]
    return words


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting, for example --set training.batch_size=20 or --set learning.rule=dfa; repeatable.",
)
