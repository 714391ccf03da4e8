"""``pynn-sfdfa info``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.narrow import hanging
from pynn_sfdfa.commands.options import data_option

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["command"]


@click.command(name="info")
@data_option
def command(data: Path | None) -> None:
    """Show versions, simulators, experiments and data sets, and how to get what is missing."""
    from pynn_sfdfa import datasets
    from pynn_sfdfa.commands.failures import as_wrong_use
    from pynn_sfdfa.common.simulators import SIMULATORS
    from pynn_sfdfa.experiments import config
    from pynn_sfdfa.experiments.report import versions

    with as_wrong_use(datasets.DatasetError):
        found = datasets.available(data)
    _section("Versions", versions().items())
    _section("Simulators", ((simulator.name, simulator.obstacle() or "ready") for simulator in SIMULATORS))
    _section("Experiments", ((name, f"pynn-sfdfa train {name}") for name in config.experiment_names()))
    _section("Data sets", ((item.name, item.where if item.found else f"absent: {item.where}") for item in found))


def _section(title: str, rows: Iterable[tuple[str, str]]) -> None:
    entries = list(rows)
    longest = max(len(name) for name, _ in entries)
    click.secho(title, bold=True)
    for name, text in entries:
        click.echo(hanging(name, text, longest))
    click.echo()
