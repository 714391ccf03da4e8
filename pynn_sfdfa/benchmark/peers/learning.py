"""Accuracy over seconds of training, of this package's rules and its peers, and when levels of it are reached."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.benchmark.peers.comparison import OWN, PEERS, installed_peers, report_head, versions_of
from pynn_sfdfa.benchmark.peers.own import Own, learned_by
from pynn_sfdfa.training.passes import sample_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pynn_sfdfa.benchmark.peers.base import Peer, PeerMaker
    from pynn_sfdfa.benchmark.task import Task
    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["LEVELS", "marks", "measure_learning", "reached"]

LEVELS = (0.90, 0.95, 0.97, 0.98)
"""Test accuracies whose seconds are told."""

_OWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "SFDFA": ("mnist", ()),
    "BP": ("mnist", ("learning.rule=bp",)),
    "SFDFA best": ("mnist-best", ()),
}
"""By what they are called in pictures: experiments of this package on the same network, and what is changed in them."""

_LATER, _TESTS = 1.25, 12


def marks(seconds: float) -> list[float]:
    """Return the seconds of training after which networks are tested: each a quarter later than the one before."""
    return [seconds / _LATER**k for k in reversed(range(_TESTS))]


def reached(curve: list[dict[str, Any]], level: float) -> float | None:
    """Return the seconds of training at the first test that shows an accuracy, None if none does."""
    return next((point["seconds"] for point in curve if point["test_accuracy"] >= level), None)


def measure_learning(
    task: Task,
    seconds: float,
    samples: int,
    makers: Mapping[str, PeerMaker] | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> dict[str, Any]:
    """Train every network for some seconds of its own, in turn, and return a report.

    All see the same samples in the same order; loading, encoding and testing are not counted.

    Parameters
    ----------
    task : Task
        On MNIST, or what stands in for it.
    seconds : float
        Training of each network, > 0.
    samples : int
        Test samples, drawn from those of the task.
    makers : mapping, optional
        Default: the installed peers.
    tell : callable, optional
        Told what is going on.
    """
    load, training = os.getloadavg()[0], task.batched.training
    makers = installed_peers() if makers is None else makers
    chosen = np.random.default_rng(training.seed).permutation(len(task.test))[:samples]
    test = task.test.select(np.sort(chosen))
    learners = {}
    for name, make in {**_own_makers(task), **_peer_makers(task, makers)}.items():
        tell(f"preparing {name}")
        _warm_up(make(), task)
        learners[name] = _Learner(make(), task)
    for mark in marks(seconds):
        for name, learner in learners.items():
            if learner.learn_until(mark):
                accuracy = learner.test(test, training.batch_size)
                tell(f"{name}: {100 * accuracy:.1f} % after {learner.seconds:.1f} of {seconds:g} s")
    counts = {"seconds": seconds, "train_samples": len(task.train), "test_samples": len(test)}
    return {
        **report_head(task, load, makers, counts),
        "systems": {name: _figures(name, learner.curve) for name, learner in learners.items()},
    }


def _figures(name: str, curve: list[dict[str, Any]]) -> dict[str, Any]:
    own = name in _OWN
    return {
        "version": versions_of(OWN if own else name, name in PEERS),
        "settings": " ".join([_OWN[name][0], *(f"--set {change}" for change in _OWN[name][1])]) if own else None,
        "curve": curve,
        "seconds_to": {f"{level:g}": reached(curve, level) for level in LEVELS},
    }


def _own_makers(task: Task) -> dict[str, Callable[[], Peer]]:
    return {name: partial(Own, learned_by(task, *settings)) for name, settings in _OWN.items()}


def _peer_makers(task: Task, makers: Mapping[str, PeerMaker]) -> dict[str, Callable[[], Peer]]:
    seed = task.batched.training.seed
    return {
        name: partial(make, task.network(), task.optimizer, task.loss, task.threads, seed)
        for name, make in makers.items()
    }


class _Learner:
    """A network, where it is in the samples, and what it has come to."""

    def __init__(self, network: Peer, task: Task) -> None:
        self._network, self._batches = network, _batches(task)
        self.seconds, self._samples = 0.0, 0
        self.curve: list[dict[str, Any]] = []

    def learn_until(self, seconds: float) -> bool:
        """Return whether anything was learned: a batch may have taken until a later mark already."""
        before = self._samples
        while self.seconds < seconds:
            epoch, batch = next(self._batches)
            self.seconds += self._network.learn(batch, epoch)
            self._samples += len(batch)
        return self._samples > before

    def test(self, test: SpikeTrains, batch_size: int) -> float:
        correct = 0
        for start in range(0, len(test), batch_size):
            batch = test.select(np.arange(start, min(start + batch_size, len(test))))
            correct += int((self._network.respond(batch)[0] == batch.labels).sum())
        accuracy = correct / len(test)
        self.curve.append({"seconds": self.seconds, "samples": self._samples, "test_accuracy": accuracy})
        return accuracy


def _batches(task: Task) -> Iterator[tuple[int, SpikeTrains]]:
    """Yield epochs, from 1, and batches for ever."""
    training, epoch = task.batched.training, 0
    while True:
        epoch += 1
        order = sample_order(len(task.train), training.seed, epoch)
        for start in range(0, len(order), training.batch_size):
            yield epoch, task.train.select(order[start : start + training.batch_size])


def _warm_up(network: Peer, task: Task) -> None:
    """Let what a network needs be compiled, and memory be taken, before anything is timed."""
    few = next(_batches(task))[1]
    network.learn(few, 1)
    network.respond(few)
