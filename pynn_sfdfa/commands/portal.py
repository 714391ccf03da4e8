"""``pynn-sfdfa portal submit``, ``status`` and ``fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pynn_sfdfa.commands.failures import Failure, WrongUse, as_failure, as_wrong_use, interrupted
from pynn_sfdfa.commands.options import OutFolder, set_option

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.portal.client import PortalClient
    from pynn_sfdfa.hardware.portal.job import Job

__all__ = ["command"]

_service = click.option("--service", help="Address of the job service.  [default: that of EBRAINS]")


@click.group(name="portal", short_help="Run on SpiNNaker through the EBRAINS platform.")
def command() -> None:
    """Run experiments and PyNN scripts on the SpiNNaker machine of the EBRAINS neuromorphic platform.

    The access token is read from $EBRAINS_TOKEN or the keyring.
    """


@command.command(short_help="Send a job.")
@click.argument("source", metavar="EXPERIMENT|SCRIPT")
@click.option("--collab", required=True, help="The collab that the job belongs to, and whose quota it uses.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent; ask for no token, send nothing.")
@click.option("--wait", "wait_for_it", is_flag=True, help="Wait until the job has ended.")
@set_option
@_service
def submit(
    source: str, collab: str, dry_run: bool, wait_for_it: bool, overrides: tuple[str, ...], service: str | None
) -> None:
    """Send EXPERIMENT (a name or a TOML file) or SCRIPT (a PyNN script, .py) to the platform.

    The job carries this version of the package along.
    """
    job = _job(source, overrides)
    from pynn_sfdfa.hardware.portal.errors import PortalError, shown

    click.echo(job.describe())
    click.echo(f"collab     {shown(collab)}")
    _check_application(source, dry_run)
    if dry_run:
        click.echo("Dry run: nothing was sent.")
        return
    client = _client(service)
    with as_failure(PortalError):
        uri = client.submit(job, collab)
    number = uri.rstrip("/").rsplit("/", 1)[-1]
    click.echo(f"Job {number} is submitted. Next: pynn-sfdfa portal status {number} --wait")
    if wait_for_it:
        _wait(client, number)


@command.command(short_help="Ask how a job is doing.")
@click.argument("job", type=int)
@click.option("--wait", "wait_for_it", is_flag=True, help="Wait until it has ended.")
@_service
def status(job: int, wait_for_it: bool, service: str | None) -> None:
    """Print the status of JOB: submitted, running, finished or error; of a failed one also the end of its log."""
    from pynn_sfdfa.hardware.portal.errors import PortalError, shown

    client = _client(service)
    if wait_for_it:
        _wait(client, str(job))
        return
    with as_failure(PortalError):
        found = client.job(job)
    click.echo(f"job {job} is {shown(found['status'])}")
    _show_failure(found)


@command.command(short_help="Download the results of a job.")
@click.argument("job", type=int)
@click.option("--out", type=OutFolder(), help="Folder.  [default: runs/job-JOB]")
@_service
def fetch(job: int, out: Path | None, service: str | None) -> None:
    """Download the results of JOB, which has ended, to a folder such as train writes."""
    from pynn_sfdfa.hardware.portal.errors import PortalError
    from pynn_sfdfa.hardware.portal.results import fetch as fetch_results

    client = _client(service)
    folder = out or Path("runs") / f"job-{job}"
    with as_failure(PortalError):
        files = fetch_results(client.job(job), folder, client.download)
    click.echo(f"{len(files)} files, job.json and job.log are in {click.format_filename(folder)}.")


def _job(source: str, overrides: tuple[str, ...]) -> Job:
    _need_nmpi()
    from pynn_sfdfa.experiments.config import ConfigError, dumps
    from pynn_sfdfa.experiments.learning_on_cores import learning_obstacles
    from pynn_sfdfa.experiments.without_effect import load_effective
    from pynn_sfdfa.hardware.portal.job import experiment_job, script_job

    if not source.endswith(".py"):
        with as_wrong_use(ConfigError):
            settings = load_effective(source, overrides)
        obstacles = learning_obstacles(settings)
        if obstacles:  # after waiting for a machine the job would find the same
            raise WrongUse("\n- ".join([f"{settings.name} cannot learn on the cores like this:", *obstacles]))
        return experiment_job(settings.name, dumps(settings, {}))
    if overrides:
        raise click.UsageError("--set changes settings of experiments; a script has none.")
    with as_wrong_use(OSError, SyntaxError):
        return script_job(Path(source).name, Path(source).read_bytes())


def _check_application(source: str, dry_run: bool) -> None:
    """An experiment learns on the cores, and the job carries what runs there: the platform does not build it."""
    from pynn_sfdfa.hardware.board.doctor import board_application

    if source.endswith(".py") or board_application():
        return
    line = "lif_sfdfa.aplx, which runs on the cores, has not been built here; pynn-sfdfa spinnaker doctor says how."
    if not dry_run:
        raise Failure(line)
    click.echo(f"Missing: {line}")


def _need_nmpi() -> None:
    try:
        import nmpi  # noqa: F401 - only to know whether it is there
    except ModuleNotFoundError:
        raise click.UsageError(
            "The client of the platform is not installed; install it with: pip install 'pynn-sfdfa[portal]'"
        ) from None


def _client(service: str | None) -> PortalClient:
    _need_nmpi()
    from pynn_sfdfa.hardware.portal.client import SERVICE, PortalClient
    from pynn_sfdfa.hardware.portal.errors import PortalError
    from pynn_sfdfa.hardware.portal.tokens import find_token

    with as_wrong_use(PortalError):
        return PortalClient(find_token(), service or SERVICE)


def _wait(client: PortalClient, number: str) -> None:
    from pynn_sfdfa.hardware.portal.errors import PortalError
    from pynn_sfdfa.hardware.portal.polling import wait

    try:
        with as_failure(PortalError):
            found = wait(lambda: client.job(int(number)), click.echo)
    except KeyboardInterrupt as error:
        click.echo(f"\nThe job goes on. To wait again: pynn-sfdfa portal status {number} --wait", err=True)
        raise SystemExit(interrupted(error)[1]) from None
    _show_failure(found)
    click.echo(f"Next: pynn-sfdfa portal fetch {number}")


def _show_failure(job: dict[str, object]) -> None:
    if job["status"] == "error":
        from pynn_sfdfa.hardware.portal.errors import shown

        log = [shown(line, 100) for line in str(job.get("log") or "(no log)").splitlines()[-15:]]
        raise Failure("\n".join(["The job failed. The end of its log:", *log]))
