"""Executing all runs of a campaign: one after the other in this process, or side by side on Dask."""

from __future__ import annotations

import os
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pynn_sfdfa import datasets
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.execution import Outcome, execute
from pynn_sfdfa.campaign.finished_run import DamagedRunError, read
from pynn_sfdfa.campaign.progress import CampaignProgress
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.experiments import resources
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.loading import loaded
from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError
from pynn_sfdfa.support import memory
from pynn_sfdfa.support.interrupts import deferred_interrupt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from distributed import Client

__all__ = ["WRONG_USE", "check_data", "cores", "run_all", "runs_at_once"]

WRONG_USE = (CampaignError, ConfigError, DamagedRunError, RunFolderError, datasets.DatasetError)
"""What `run_all` raises before anything runs."""

_BETWEEN_LOOKS = 0.5  # s


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0))


def run_all(
    specs: Sequence[RunSpec],
    *,
    data: Path | None,
    stream: TextIO,
    workers: int | None = None,
    scheduler: str | None = None,
) -> list[Outcome]:
    """Bring all runs to their end; those that are finished already are left alone.

    Parameters
    ----------
    specs : sequence of RunSpec
        In folders of their own.
    data : Path, optional
        Folder with data sets.
    stream : text file
        Where progress is shown.
    workers : int, optional
        Runs at a time on this machine; the cores are divided among them. Default: one per core, not more than runs.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers share these folders; each of them takes one run at a time on one
        thread, or on ``training.threads`` of the run.

    Returns
    -------
    list of Outcome
        Of the runs that were not finished, in the order of ``specs``.

    Raises
    ------
    CampaignError
        If there are more workers than cores, both workers and a scheduler, Dask is needed and missing, the scheduler
        or its workers cannot be used, or the memory does not suffice for so many runs at a time.
    RunFolderError, DamagedRunError, ConfigError
        If a folder holds something else, or another process writes to it; nothing has been run.
    DatasetError
        If data cannot be found; nothing has been run.
    pynn_sfdfa.support.files.WriteError
        If a run cannot write what it should; it would strike the others, too.
    KeyboardInterrupt
        On Ctrl-C or SIGTERM; finished epochs are kept.
    """
    pending = [spec for spec in specs if read(spec) is None]
    if not pending:
        return []
    for spec in pending:
        RunFolder(spec.folder).check_free()
    at_once = runs_at_once(workers, scheduler, len(pending))
    check_data(pending, data, stream, 1 if scheduler else at_once)
    available = cores()
    if scheduler is None and at_once == 1:
        return [_run_here(spec, f"{n} of {len(pending)}", data, available, stream) for n, spec in enumerate(pending, 1)]

    from pynn_sfdfa.campaign import cluster  # an optional dependency, and slow to import

    absolute = None if data is None else data.resolve()
    if scheduler is not None:
        with cluster.existing_cluster(scheduler) as client:
            return _run_side_by_side(client, pending, absolute, None, stream)
    with cluster.local_cluster(at_once) as client:
        return _run_side_by_side(client, pending, absolute, available // at_once, stream)


def runs_at_once(workers: int | None, scheduler: str | None, runs: int) -> int:
    """Return how many of some runs are executed at a time on this machine.

    Raises
    ------
    CampaignError
        As `run_all` does.
    """
    available = cores()
    if workers is not None and scheduler is not None:
        raise CampaignError(
            "--workers is for this machine; a scheduler has workers of its own: leave out one of the two."
        )
    if workers is not None and workers > available:
        raise CampaignError(
            f"--workers {workers} is more than this machine's {available} cores; choose 1 to {available}."
        )
    at_once = workers or min(available, runs)
    if (scheduler or at_once > 1) and find_spec("distributed") is None:
        raise CampaignError(
            "Runs side by side need Dask: pip install 'pynn-sfdfa[sweep]'. "
            "With --workers 1 they run one after the other."
        )
    return at_once


def check_data(specs: Sequence[RunSpec], data: Path | None, stream: TextIO, at_once: int) -> None:
    """Load each data set once: what is missing is downloaded here, or named before anything runs.

    So is a run that would not leave enough memory for those beside it; alone each looks at that itself.
    """
    for first in {_data_of(spec): spec for spec in reversed(specs)}.values():
        dataset, _ = loaded(first.settings, data, stream)
        for spec in specs if at_once > 1 else ():
            if _data_of(spec) == _data_of(first):
                reason = memory.shortage(resources.needs(spec.settings, dataset, "train"), memory.limit(), at_once)
                if reason is not None:
                    raise CampaignError(f"{spec.name}: {reason} Or take fewer --workers.")


def _data_of(spec: RunSpec) -> tuple[object, object]:
    """Return what says which samples a run has, and as which spikes recordings among them are kept."""
    return spec.settings.data, spec.settings.encoding


def _run_here(spec: RunSpec, number: str, data: Path | None, threads: int, stream: TextIO) -> Outcome:
    print(f"run {number}: {spec.name}", file=stream, flush=True)
    result = execute(spec, data=data, threads=spec.settings.training.threads or threads, stream=stream)
    if result.error is not None:
        print(f"{spec.name} failed: {result.error}", file=stream, flush=True)
    return result


def _run_side_by_side(
    client: Client, specs: Sequence[RunSpec], data: Path | None, threads: int | None, stream: TextIO
) -> list[Outcome]:
    from pynn_sfdfa.campaign import cluster

    progress = CampaignProgress(specs, stream)
    futures = {
        spec.name: cluster.submit(
            client,
            RunSpec(spec.settings, spec.folder.resolve()),
            data,
            threads or spec.settings.training.threads or 1,
        )
        for spec in specs
    }
    by_name = {spec.name: spec for spec in specs}
    ended: dict[str, Outcome] = {}
    # An exception out of a signal handler that strikes while Dask runs code of its own can be lost; a flag cannot.
    with deferred_interrupt() as interrupted:
        while len(ended) < len(specs):
            time.sleep(_BETWEEN_LOOKS)
            if interrupted.is_set():
                raise KeyboardInterrupt
            progress.look()
            for name, future in futures.items():
                if name not in ended and future.done():
                    ended[name] = cluster.outcome(by_name[name], future)
                    progress.end(ended[name])
    return [ended[spec.name] for spec in specs]
