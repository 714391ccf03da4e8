"""This package and its peers in turn on the same batches: time per sample, and accuracy after equal samples."""

from __future__ import annotations

import importlib
import os
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.benchmark.machine import describe, load_warning
from pynn_sfdfa.benchmark.peers.own import Own, learned_by
from pynn_sfdfa.benchmark.timing import Spread, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pynn_sfdfa.benchmark.peers.base import Peer, PeerMaker
    from pynn_sfdfa.benchmark.task import Task
    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["INSTALL", "OWN", "PEERS", "installed_peers", "measure_peers", "report_head", "versions_of"]

OWN = "pynn-sfdfa"
INSTALL = "pip install 'pynn-sfdfa[peers]'"

PEERS = {"snntorch": "snntorch_peer", "spikingjelly": "spikingjelly_peer", "norse": "norse_peer"}
"""Name of the distribution of each peer, and its module here."""

_BEST = {"mnist": ("mnist-best",)}
"""By experiment, others whose rule, optimiser and first batches the same network learns by, too."""

_ROUND = 5
"""Batches that one network learns before it is the next one's turn."""


def installed_peers() -> dict[str, PeerMaker]:
    """Return those of the peers that are installed, with PyTorch, by the name of their distribution."""
    found = {}
    for name, module in PEERS.items():
        try:
            metadata.version(name), metadata.version("torch")
        except metadata.PackageNotFoundError:
            continue
        found[name] = importlib.import_module(f"pynn_sfdfa.benchmark.peers.{module}").make
    return found


def measure_peers(
    task: Task,
    makers: Mapping[str, PeerMaker] | None = None,
    tell: Callable[[str], object] = lambda _: None,
    epochs: int = 1,
) -> dict[str, Any]:
    """Train every network on all training samples, test it on all test samples, and return a report.

    Parameters
    ----------
    task : Task
    makers : mapping, optional
        Default: the installed peers.
    tell : callable, optional
        Told what is going on.
    epochs : int
        How often every training sample is learned.
    """
    load, training = os.getloadavg()[0], task.batched.training
    makers = installed_peers() if makers is None else makers
    own = {OWN: task} | {f"{OWN}, {other}": learned_by(task, other) for other in _BEST.get(task.batched.name, ())}
    networks: dict[str, Peer] = {name: Own(each) for name, each in own.items()}
    for name, make in makers.items():
        networks[name] = make(task.network(), task.optimizer, task.loss, task.threads, training.seed)
    for each in own.values():
        _compile(each)
    learning: dict[str, list[float]] = {name: [] for name in networks}
    for epoch in range(1, epochs + 1):
        for done, batches in enumerate(_rounds(task.train, training.batch_size)):
            for name, network in networks.items():
                seconds = sum(network.learn(batch, epoch) for batch in batches)
                learning[name].append(seconds / sum(map(len, batches)))
            tell(f"round {done + 1} of training, epoch {epoch} of {epochs}")
    responding: dict[str, list[float]] = {name: [] for name in networks}
    correct = dict.fromkeys(networks, 0)
    for done, batches in enumerate(_rounds(task.test, training.batch_size)):
        for name, network in networks.items():
            answers = [network.respond(batch) for batch in batches]
            responding[name].append(sum(seconds for _, seconds in answers) / sum(map(len, batches)))
            pairs = zip(answers, batches, strict=True)
            correct[name] += sum(int((predictions == batch.labels).sum()) for (predictions, _), batch in pairs)
        tell(f"round {done + 1} of inference")
    counts = {"epochs": epochs, "train_samples": len(task.train), "test_samples": len(task.test)}
    return {
        **report_head(task, load, makers, counts),
        "networks": {
            name: {
                "version": versions_of(OWN if name in own else name, name in PEERS),
                "training_ms": vars(Spread.of(learning[name]).scaled(1e3)),
                "training_ratio": vars(ratio(learning[name], learning[OWN])),
                "inference_ms": vars(Spread.of(responding[name]).scaled(1e3)),
                "inference_ratio": vars(ratio(responding[name], responding[OWN])),
                "test_accuracy": correct[name] / len(task.test),
            }
            for name in networks
        },
    }


def report_head(task: Task, load: float, makers: Mapping[str, PeerMaker], more: Mapping[str, float]) -> dict[str, Any]:
    """Return what a report on peers begins with.

    Parameters
    ----------
    task : Task
    load : float
        Load average when it began.
    makers : mapping
        Of the peers that take part.
    more : mapping
        What is told of the task beside what all have.
    """
    warning = load_warning(load)
    return {
        "machine": describe(task.threads) | {"load_average": load},
        "warnings": [warning] if warning else [],
        "task": {
            "experiment": task.batched.name,
            "sizes": task.sizes,
            "images": task.source,
            "batch_size": task.batched.training.batch_size,
            "clock": "processor" if task.threads == 1 else "wall",
            **more,
        },
        "missing": [name for name in PEERS if name not in makers],
    }


def _compile(task: Task) -> None:
    """Let the kernels be compiled before anything is timed."""
    network = Own(task)
    few = task.train.select(np.arange(min(len(task.train), task.batched.training.batch_size)))
    network.learn(few, 1)
    network.respond(few)


def _rounds(trains: SpikeTrains, batch_size: int) -> Iterator[list[SpikeTrains]]:
    starts = range(0, len(trains), batch_size)
    batches = [trains.select(np.arange(start, min(start + batch_size, len(trains)))) for start in starts]
    for first in range(0, len(batches), _ROUND):
        yield batches[first : first + _ROUND]


def versions_of(name: str, on_torch: bool) -> str:
    """Return the version of a distribution, and that of PyTorch beside it if it stands on that."""
    return metadata.version(name) + (f", torch {metadata.version('torch')}" if on_torch else "")
