"""``pynn-sfdfa reproduce``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pynn_sfdfa.commands.campaign_options import campaign_options
from pynn_sfdfa.commands.failures import Failure, WrongUse, as_wrong_use
from pynn_sfdfa.commands.options import OutFolder, count_option
from pynn_sfdfa.commands.resumption import resumable

if TYPE_CHECKING:
    from pynn_sfdfa.campaign.finished_run import FinishedRun
    from pynn_sfdfa.campaign.spec import RunSpec
    from pynn_sfdfa.campaign.tables import Table

__all__ = ["command"]


@click.command(name="reproduce", short_help="Run the published comparison and write its tables.")
@click.argument("table", required=False)
@count_option("--seeds", 5, "Seeds, from 1.")
@count_option("--held-out-seeds", 1, "Seeds of runs whose epoch is chosen on held-out training samples.", least=0)
@click.option("--rules", help="Learning rules, separated by commas; default: all that the experiment has settings for.")
@click.option("--collect", is_flag=True, help="Run nothing: write the tables from the runs that are finished.")
@click.option("--add", is_flag=True, help="Keep what stands in the tables, and run what does not.")
@campaign_options
@click.option(
    "--out",
    type=OutFolder(),
    default=Path("runs/reproduce"),
    show_default=True,
    help="Folder for the runs.",
)
@click.option(
    "--results",
    type=OutFolder(),
    default=Path("benchmarks/results"),
    show_default=True,
    help="Folder for the tables.",
)
def command(
    table: str | None,
    seeds: int,
    held_out_seeds: int,
    rules: str | None,
    collect: bool,
    add: bool,
    workers: int | None,
    scheduler: str | None,
    data: Path | None,
    out: Path,
    results: Path,
) -> None:
    """Run the experiments of TABLE; without it those of all tables that are not made by name alone.

    Tables: mnist, emnist47, fashion-mnist, yin-yang, mnist-3x800; of what was found better here: mnist-best,
    emnist47-best, fashion-mnist-best, mnist-3x800-best; and of HM2-BP on stock cells, by name or with --rules hm2bp:
    mnist-hm2bp, emnist47-hm2bp, fashion-mnist-hm2bp, mnist-conv-hm2bp, fsdd-hm2bp; and by name, of networks with
    windows, mnist-conv, fashion-mnist-conv; of a task of times alone, parity, with timed SFDFA; and of spoken digits
    that must be at hand, by name or with --rules spsp-estimated, fsdd-sfdfa.

    Every rule is run with every seed, for as many epochs as the experiment has (those published, but for HM2-BP's
    mnist and mnist-conv); this takes hours. Finished runs are kept,
    interrupted ones go on. The table goes to TABLE.json and TABLE.md.
    """
    from pynn_sfdfa.campaign.tables import TABLES
    from pynn_sfdfa.experiments.config_errors import suggestion

    for option, value in (("--workers", workers), ("--scheduler", scheduler), ("--data", data)):
        if collect and value is not None:
            raise WrongUse(f"{option} is for runs, and --collect runs nothing; leave out one of the two.")
    if table is not None and table not in TABLES:
        raise WrongUse(f"There is no table {table!r}{suggestion(table, TABLES)}; choose one of {', '.join(TABLES)}.")
    known = list(dict.fromkeys(rule for one in TABLES.values() for rule in one.rules))
    usual = {rule for one in TABLES.values() if not one.on_request for rule in one.rules}
    chosen = known if rules is None else list(dict.fromkeys(rule.strip() for rule in rules.split(",")))
    asked: set[str] = set() if rules is None else set(chosen) - usual
    named = [TABLES[table]] if table else [t for t in TABLES.values() if not t.on_request or asked & set(t.rules)]
    for rule in chosen:
        if rule not in known:
            raise WrongUse(
                f"--rules {rules}: there is no rule {rule!r}{suggestion(rule, known)}; choose of {', '.join(known)}."
            )
    tables = [one for one in named if set(chosen) & set(one.rules)]
    if not tables:
        raise WrongUse(f"--rules {rules}: the table {table} is of {', '.join(named[0].rules)} alone.")
    plans = {
        one: (
            list(one.runs(chosen, range(1, seeds + 1), out)),
            list(one.held_out_runs(chosen, range(1, held_out_seeds + 1), out)),
        )
        for one in tables
    }
    nothing: dict[str, Any] = {"rules": {}}
    # Also, a table that nothing can be added to is refused before hours of runs.
    stand = {one: _report(one, runs, [], [], results, add) if add else nothing for one, (runs, _) in plans.items()}
    failed = []
    if not collect:
        from pynn_sfdfa.campaign.earlier_table import left_to_run
        from pynn_sfdfa.campaign.runner import WRONG_USE, run_all

        specs = [spec for one, plan in plans.items() for spec in left_to_run(*plan, stand[one])]
        options = {
            "--seeds": seeds, "--held-out-seeds": held_out_seeds, "--rules": rules, "--workers": workers,
            "--scheduler": scheduler, "--data": data, "--out": out, "--results": results,
        }  # fmt: skip
        words = ["reproduce", *([table] if table else [])]
        words += ["--add"] if add else []
        with resumable(*words, options=options), as_wrong_use(*WRONG_USE):
            outcomes = run_all(specs, data=data, stream=sys.stderr, workers=workers, scheduler=scheduler)
        failed = [f"{outcome.name}: {outcome.error}" for outcome in outcomes if outcome.error is not None]
    written = [_write(one, runs, held_out, out, results, add) for one, (runs, held_out) in plans.items()]
    if collect and not any(written):
        raise Failure("There was nothing to collect; name the folder of the runs with --out, or leave out --collect.")
    if failed:
        raise Failure("\n  ".join(["These runs failed:", *failed]))


def _write(table: Table, runs: list[RunSpec], held_out: list[RunSpec], out: Path, results: Path, add: bool) -> bool:
    """Write a table and say what it lacks; return whether there is any, for without finished runs there is none."""
    from pynn_sfdfa.campaign.earlier_table import left_to_run
    from pynn_sfdfa.campaign.finished_run import read
    from pynn_sfdfa.campaign.markdown import as_markdown
    from pynn_sfdfa.campaign.runner import WRONG_USE
    from pynn_sfdfa.support import files

    with as_wrong_use(*WRONG_USE):
        finished, chosen = ([run for spec in specs if (run := read(spec)) is not None] for specs in (runs, held_out))
    report = _report(table, runs, finished, chosen, results, add)
    missing = len(left_to_run(runs, held_out, report))
    if missing:
        click.echo(f"{table.experiment}: {missing} of {len(runs) + len(held_out)} runs are not finished.", err=True)
    if not report["rules"]:
        click.echo(f"{table.experiment}: no run in {out} is finished, so there is no table.", err=True)
        return False
    files.make_folder(results)
    files.write_text(results / f"{table.experiment}.json", json.dumps(report, indent=1) + "\n")
    text = as_markdown(report)
    files.write_text(results / f"{table.experiment}.md", text)
    click.echo(text)
    return True


def _report(
    table: Table,
    runs: list[RunSpec],
    finished: list[FinishedRun],
    chosen: list[FinishedRun],
    results: Path,
    add: bool,
) -> dict[str, Any]:
    """Return the contents of the table's file, with what stands there already if runs are to be added."""
    from pynn_sfdfa.benchmark.machine import describe
    from pynn_sfdfa.campaign.earlier_table import EarlierTableError, with_earlier
    from pynn_sfdfa.campaign.results import result

    machine = {name: value for name, value in describe(1).items() if name in ("processor", "cores", "platform")}
    report, file = result(table, runs[0].settings, finished, chosen, machine), results / f"{table.experiment}.json"
    if not (add and file.exists()):
        return report
    with as_wrong_use(EarlierTableError):
        return with_earlier(report, _json(file), str(file))


def _json(file: Path) -> Any:
    """Return what a file holds, or None if that is not JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
