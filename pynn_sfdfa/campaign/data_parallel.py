"""One training on many workers of Dask, which compute the gradients of parts of each batch."""

from __future__ import annotations

import os
import platform
import warnings
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

import llvmlite.binding
import numpy as np
from distributed import KilledWorker, WorkerPlugin, get_worker, wait
from distributed.comm import CommClosedError

from pynn_sfdfa.campaign.cluster import existing_cluster, local_cluster
from pynn_sfdfa.campaign.errors import CampaignError, WorkersLostError
from pynn_sfdfa.common.simulators import load_simulator
from pynn_sfdfa.experiments.report import versions
from pynn_sfdfa.training.shards import shard_bounds, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TextIO

    from distributed import Client, Future
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.training.shards import Learned

__all__ = ["PAYS_FROM", "Spread", "on_this_machine", "on_workers_of"]

PAYS_FROM = 0.1
"""Seconds for which a worker must be busy with a batch of which others are to take a part."""

_TIMINGS = 3

_PATIENCE = 60.0
"""Seconds after which one looks whether there is still a worker; one that was killed is started anew sooner."""


@contextmanager
def on_this_machine(workers: int, threads: int, stream: TextIO) -> Iterator[Spread]:
    """Yield so many processes on this machine, each with so many threads."""
    with local_cluster(workers) as client:
        yield Spread(client, threads, stream)


@contextmanager
def on_workers_of(address: str, threads: int, stream: TextIO) -> Iterator[Spread]:
    """Yield the workers of the scheduler at an address, each with so many threads.

    Raises
    ------
    CampaignError
        If none answers, it has no workers, or other versions of what results depend on.
    """
    with existing_cluster(address) as client:
        own = _environment()
        for name, found in client.run(_environment).items():
            for what, version in own.items():
                if found.get(what) != version:
                    raise CampaignError(
                        f"The worker {name} has {what} {found.get(what, 'missing')}, this is {version}; the same are "
                        "needed, for the same weights: install them there."
                    )
        yield Spread(client, threads, stream)


def _environment() -> dict[str, str]:
    """Return what the last bit of a gradient can depend on."""
    features = llvmlite.binding.get_host_cpu_features()
    return versions() | {"machine": platform.machine(), "fused multiply-add": str(features.get("fma", False))}


class Spread:
    """The workers of a client, before and after they are told what to train.

    Parameters
    ----------
    client : distributed.Client
    threads : int
        Of each worker.
    stream : text file
        Where it is said what they gain.
    """

    def __init__(self, client: Client, threads: int, stream: TextIO) -> None:
        self._client, self._threads, self._stream = client, threads, stream
        self._workers = len(client.scheduler_info(n_workers=-1)["workers"])
        self._name = f"pynn-sfdfa-{os.urandom(4).hex()}"
        self._shards = 1

    def begin(self, engine: Mapping[str, Any]) -> Spread:
        """Tell them, and those that come later or again, by the arguments of a ``sharded_training_engine``.

        Raises
        ------
        WorkersLostError
            If one of them is lost meanwhile.
        """
        self._shards = engine["shards"]
        try:
            self._client.register_plugin(_Engine(self._name, {**engine, "threads": self._threads}))
        except OSError:
            raise WorkersLostError("A worker was lost while it was told what to train.") from None
        return self

    def check(self, batch: SpikeTrains) -> None:
        """Say what workers should gain with batches like this one.

        Raises
        ------
        CampaignError
            If a worker is busy with a batch for less than `PAYS_FROM`.
        """
        bounds, busy, whole = shard_bounds(len(batch), self._shards), [], []
        for _ in range(_TIMINGS):
            started = perf_counter()
            busy.append(self._wait([self._submit(_timed, batch, bounds)])[0])
            whole.append(perf_counter() - started)
        alone, way = min(busy), max(0.0, min(whole) - min(busy))
        took = f"A batch of {len(batch)} samples takes a worker {1e3 * alone:.1f} ms"
        how = f"the shortest of {_TIMINGS} times, on a worker with {self._threads} thread(s)"
        if alone < PAYS_FROM:
            raise CampaignError(
                f"{took} ({how}), and {1e3 * way:.1f} ms more to get there and back: sharing it out cannot pay, as it "
                f"can from {1e3 * PAYS_FROM:.0f} ms on. Train without workers, or with a larger training.batch_size."
            )
        tasks = _tasks(self._workers, self._shards)
        rounds = -(-tasks // self._workers)
        gain = (alone + way) / (alone * rounds / tasks + way)
        print(
            f"{took}, and {1e3 * way:.1f} ms more to get there and back ({how}): {self._workers} workers should train "
            f"{gain:.1f} times as fast as one.",
            file=self._stream,
            flush=True,
        )

    def start(
        self, parameters: Sequence[NDArray[np.float32]], batch: SpikeTrains, bounds: Sequence[int], scale: float
    ) -> Callable[[], Learned]:
        """Have workers compute the shards of a batch; what a lost worker had is computed by another."""
        tasks = _tasks(self._workers, self._shards)
        of_task = self._shards // tasks
        futures: dict[int, Future] = {}
        for task in range(tasks):
            own = bounds[task * of_task : (task + 1) * of_task + 1]
            first, last = own[0], own[-1]
            if first < last:
                part = batch.select(np.arange(first, last))
                futures[task] = self._submit(_learn, part, [bound - first for bound in own], parameters, scale)

        def wait() -> Learned:
            results = dict(zip(futures, self._wait(list(futures.values())), strict=True))
            learned = total(tasks, results.get)
            assert learned is not None, "a batch has samples"
            return learned

        return wait

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        with warnings.catch_warnings():  # weights change with every batch: there is nothing to send ahead
            warnings.filterwarnings("ignore", "Sending large graph")
            return self._client.submit(function, self._name, *arguments, pure=False)

    def _wait(self, futures: list[Future]) -> list[Any]:
        try:
            while futures and not self._done(futures):
                if not self._client.scheduler_info(n_workers=-1)["workers"]:
                    raise WorkersLostError("The scheduler has no workers any more.")
            return list(self._client.gather(futures, direct=True))
        except KilledWorker:
            reason = "One part of a batch has cost several workers their lives, perhaps for want of memory."
        except (CommClosedError, OSError, TimeoutError) as error:
            reason = f"The scheduler does not answer any more ({error})."
        raise WorkersLostError(reason)

    def _done(self, futures: list[Future]) -> bool:
        """Wait for a while, and return whether all is computed."""
        try:
            wait(futures, timeout=_PATIENCE)
        except TimeoutError:
            return False
        return True


def _tasks(workers: int, shards: int) -> int:
    """Return into how many parts a batch is shared out: a power of 2, so that sums of shards are those of one order."""
    return int(min(shards, 1 << (workers - 1).bit_length()))


class _Engine(WorkerPlugin):
    """What a worker needs to know; a worker that is started anew is told once more."""

    def __init__(self, name: str, arguments: Mapping[str, Any]) -> None:
        self.name, self._arguments = name, arguments
        self._made: Any = None

    def engine(self) -> Any:
        """Return the engine, made when it is first needed."""
        if self._made is None:
            self._made = load_simulator("event").sharded_training_engine(**self._arguments)
        return self._made


def _engine(name: str) -> Any:
    return get_worker().plugins[name].engine()


def _learn(
    name: str, part: SpikeTrains, bounds: Sequence[int], parameters: Sequence[NDArray[np.float32]], scale: float
) -> Learned | None:
    learned: Learned | None = _engine(name).learn(parameters, part, bounds, scale)
    return learned


def _timed(name: str, batch: SpikeTrains, bounds: Sequence[int]) -> float:
    engine = _engine(name)
    started = perf_counter()
    engine.learn(engine.parameters(), batch, bounds, 1.0 / len(batch))
    return perf_counter() - started
