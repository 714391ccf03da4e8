"""Whether the cores of SpiNNaker can learn as an experiment says; read without a compiler, and without data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import lacking, offers

if TYPE_CHECKING:
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["learning_obstacles"]


def learning_obstacles(settings: Experiment) -> list[str]:
    """Return why cores cannot learn as an experiment says, whatever its network, for which data would be needed."""
    offered, rule = offers("spiNNaker"), settings.rule.build()
    found = []
    for part in rule.parts:
        missing = lacking(part.all_needs, offered)
        if missing:
            found.append(f"The rule {rule.name}: {part.name!r} in it needs {missing}.")
    loss = lacking(settings.loss.build().needs, offered)
    if loss:
        found.append(f"The loss needs {loss}.")
    for name in ("regularisation", "boosting"):
        table = getattr(settings, name)
        missing = None if table is None else lacking(table.build().needs, offered)
        if missing:
            found.append(f"[{name}] needs {missing}; leave it out.")
    if settings.metrics is not None and settings.metrics.gradient_alignment is not None:
        found.append(f"metrics.gradient_alignment needs {Need.GRADIENTS.value}; leave it out.")
    return [*found, *_of_steps(settings)]


def _of_steps(settings: Experiment) -> list[str]:
    """Return what is in the way of weights that change after each trial, on the cores."""
    found = []
    if settings.training.threads not in (None, 1):
        found.append(f"training.threads = {settings.training.threads}: the cores compute; leave it out.")
    if settings.training.shards is not None:
        found.append(f"training.shards = {settings.training.shards}: there are no batches to share out; leave it out.")
    batch_size = settings.training.batch_sizes.plain
    if batch_size != 1:
        found.append(f"training.batch_size = {batch_size}: weights change after each trial; choose 1.")
    optimizer = settings.optimizer.build()
    if optimizer.slots:
        found.append(f"The optimizer {optimizer.name} keeps state at each synapse; choose sgd.")
    return found
