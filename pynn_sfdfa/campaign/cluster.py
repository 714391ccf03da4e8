"""Dask `distributed` as the engine below a campaign: processes on this machine, or a scheduler that is there."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import dask
from dask.utils import parse_timedelta
from distributed import Client, KilledWorker, LocalCluster, WorkerPlugin
from distributed.core import rpc

from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.execution import Outcome, execute
from pynn_sfdfa.campaign.pruning import PrunedByFile
from pynn_sfdfa.support.files import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Future

    from pynn_sfdfa.campaign.spec import RunSpec

TIMEOUT = "10s"
"""How long a scheduler may take to answer."""

__all__ = ["existing_cluster", "local_cluster", "outcome", "submit"]


@contextmanager
def local_cluster(workers: int) -> Iterator[Client]:
    """Yield the client of that many processes on this machine, each of which takes one run at a time.

    Raises
    ------
    CampaignError
        If they cannot be started.
    """
    with ExitStack() as stack:
        try:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,  # runs at a time; the threads of a run are its own
                processes=True,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any free port for what it serves without one
                memory_limit=0,
                silence_logs=logging.CRITICAL,  # a lost worker is no news here: its run goes on elsewhere
            )
            client = stack.enter_context(Client(stack.enter_context(cluster)))
            client.register_plugin(_DeafToInterrupts())
        except (OSError, RuntimeError) as error:  # Dask replaces only a worker that was there
            raise CampaignError(
                f"The workers could not be started ({_reason(error)}), perhaps for want of memory or of open files: "
                "give the command again, with fewer --workers."
            ) from None
        yield client


def _reason(error: BaseException) -> BaseException:
    """Return what the system has refused, else what an error comes from; Dask's own says only that something failed."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(before)
    return next((found for found in chain if isinstance(found, OSError) and found.errno), error.__cause__ or error)


class _DeafToInterrupts(WorkerPlugin):
    """A terminal sends Ctrl-C to the workers, too; each would print a traceback. The command itself ends them."""

    def setup(self, worker: object) -> None:
        """Run in each worker process when it starts, in its main thread."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def existing_cluster(address: str) -> Iterator[Client]:
    """Yield a client of the scheduler at an address.

    Raises
    ------
    CampaignError
        If none answers, it has no workers, or they cannot do the work.
    """
    try:
        with ThreadPoolExecutor(1) as thread:  # in a notebook this one has a loop of its own
            thread.submit(asyncio.run, _ask(address)).result()
        client = Client(address, timeout=TIMEOUT)
    except Exception as error:  # another server may be there, whose answers Dask takes for sizes and counts
        reason = str(error) or f"no word within {TIMEOUT}"
        raise CampaignError(
            f"No Dask scheduler answers at {address} ({reason}). Start one with `dask scheduler`, workers with "
            "`dask worker ADDRESS --nworkers N --nthreads 1`, or leave out --scheduler to use this machine alone."
        ) from None
    with client:
        _check_workers(client, address)
        yield client


async def _ask(address: str) -> None:
    """Have a scheduler say who it is; a client waits for ever for one that takes its call and says nothing."""
    async with asyncio.timeout(parse_timedelta(TIMEOUT)), rpc(address) as scheduler:
        await scheduler.identity()


def _check_workers(client: Client, address: str) -> None:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    start = f"`dask worker {address} --nworkers N --nthreads 1`"
    if not workers:
        raise CampaignError(f"The scheduler {address} has no workers; start some with {start}.")
    for name, worker in workers.items():
        if worker["nthreads"] != 1:
            raise CampaignError(
                f"The worker {name} takes {worker['nthreads']} runs at a time in one process; start such with {start}."
            )
    own = metadata.version("pynn-sfdfa")
    for name, version in client.run(_version).items():
        if version != own:
            raise CampaignError(
                f"The worker {name} has {version or 'no'} pynn-sfdfa, this is {own}; install the same there."
            )


def _version() -> str | None:
    try:
        return metadata.version("pynn-sfdfa")
    except metadata.PackageNotFoundError:
        return None


def submit(client: Client, spec: RunSpec, data: Path | None, threads: int, *, prunable: bool = False) -> Future:
    """Have a run executed; a worker that is lost is replaced by another, which resumes the run.

    A prunable one ends after an epoch when `pynn_sfdfa.campaign.pruning.tell` says so.
    """
    key = f"{spec.name}-{os.urandom(4).hex()}"
    return client.submit(_execute_quietly, spec, data, threads, prunable, key=key, pure=False)


def _execute_quietly(spec: RunSpec, data: Path | None, threads: int, prunable: bool) -> Outcome:
    callbacks = [PrunedByFile(spec.folder)] if prunable else []
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        return execute(spec, data=data, threads=threads, stream=nowhere, callbacks=callbacks)


def outcome(spec: RunSpec, future: Future) -> Outcome:
    """Return how a run ended whose future is done; raise `WriteError` if it could not write."""
    if future.status == "finished":
        result: Outcome = future.result()
        return result
    if future.status == "error":
        error = future.exception()
        if isinstance(error, WriteError):
            raise error
        if isinstance(error, KilledWorker):
            limit = dask.config.get("distributed.scheduler.allowed-failures")
            reason = f"its worker was lost more than {limit} times, perhaps for want of memory: use fewer workers."
            return Outcome(spec.name, reason)
        return Outcome(spec.name, f"{type(error).__name__}: {error}")
    return Outcome(spec.name, f"the scheduler gave it up ({future.status}); give the command again to go on.")
