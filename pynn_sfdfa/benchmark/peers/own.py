"""This package, measured as its peers are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

import pynn_sfdfa.event as sim
from pynn_sfdfa.benchmark.timing import clock_of
from pynn_sfdfa.experiments import config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.benchmark.task import Task
    from pynn_sfdfa.encoding.spikes import SpikeTrains

__all__ = ["Own", "learned_by"]


def learned_by(task: Task, experiment: str, changes: Sequence[str] = ()) -> Task:
    """Return the task learned by another experiment's rule, optimiser and first batches: network and batch stay."""
    settings = config.load(experiment, changes)
    first = {"first_batch_sizes": settings.training.first_batch_sizes}
    same = {"network": task.batched.network, "training": task.batched.training.model_copy(update=first)}
    return replace(task, batched=settings.model_copy(update=same))


class Own:
    """The network of the task, untrained at first, with its rule."""

    def __init__(self, task: Task) -> None:
        training, rule, own = task.batched.training, task.batched.rule.build(), task.batched.regularisation
        regularisation = None if own is None else own.build()
        self._engine = sim.training_engine(
            task.network(),
            rule,
            task.optimizer,
            task.loss,
            training.batch_sizes.plain,
            training.seed,
            task.threads,
            regularisation=regularisation,
        )
        self._trials, self._clock = 0, clock_of(task.threads)

    def learn(self, batch: SpikeTrains, epoch: int) -> float:
        """Learn from one batch and return the seconds taken."""
        order, first = np.arange(len(batch)), self._trials
        self._trials += len(batch)
        return self._clock(lambda: list(self._engine.train(batch, order, first, epoch)))

    def respond(self, batch: SpikeTrains) -> tuple[NDArray[np.int64], float]:
        """Return the predictions, shape (samples,), and the seconds taken."""
        counts: list[NDArray[np.int32]] = []
        seconds = self._clock(lambda: counts.append(self._engine.respond(batch).counts))
        return counts[0].argmax(axis=1), seconds
