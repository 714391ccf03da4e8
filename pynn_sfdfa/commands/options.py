"""Options that several subcommands share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["data_option", "json_option", "set_option", "simulator_option"]

data_option = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with data sets; else $PYNN_SFDFA_DATA, then the user cache.",
)

simulator_option = click.option("--simulator", default="event", show_default=True, help="Simulator to run on.")

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting, for example --set training.batch_size=20 or --set learning.rule=dfa; repeatable.",
)
