"""Training on batches in shards (`pynn_sfdfa.training.shards`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.event.batch.ahead import Ahead
from pynn_sfdfa.event.batch.engine import BatchEngine
from pynn_sfdfa.training.engine import check_labels
from pynn_sfdfa.training.shards import Learned, shard_bounds, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations, SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.boosting import Boosting
    from pynn_sfdfa.training.engine import BatchFigures
    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.shards import Workers

__all__ = ["ShardedEngine"]


class ShardedEngine(BatchEngine):
    """Trains as `BatchEngine` does, but for the order of sums, in which workers can take part.

    Parameters
    ----------
    network, rule, loss, boosting
        As of `BatchEngine`.
    shards : int
        Of a batch; a power of 2.
    workers : callable, optional
        Given the arguments of this engine that workers need, returns who computes the shards; default: this process.
    others
        As of `BatchEngine`.

    Raises
    ------
    ValueError
        If an argument is not valid, or samples of a batch do not learn independently of one another.
    """

    def __init__(
        self,
        network: Network,
        rule: LearningRule | None = None,
        *,
        shards: int,
        loss: Loss | None = None,
        boosting: Boosting | None = None,
        workers: Callable[[dict[str, Any]], Workers] | None = None,
        **others: Any,
    ) -> None:
        if shards < 1 or shards & (shards - 1):
            raise ValueError(f"shards = {shards} is not valid; it must be a power of 2.")
        _check_apart(rule, boosting)
        super().__init__(network, rule, loss=loss, **others)
        self._shards = shards
        given = {"network": network, "rule": rule, "loss": loss, "readout": self._readout, "shards": shards}
        given["batch_size"] = self._batch_size
        self._workers: Workers = self if workers is None else workers(given)

    def train(
        self,
        trains: Presentations,
        order: NDArray[np.int64],
        first_trial: int,
        epoch: int = 1,
        report: Callable[[int], None] | None = None,
    ) -> Iterator[BatchFigures]:
        """Learn from the samples in the given order; see `pynn_sfdfa.training.engine.TrainingEngine`."""
        _, optimizer = self._learning()
        optimizer = optimizer.at(epoch)
        check_labels(trains, self._layers.sizes[-1])
        gradients = [self._descent.gradient(layer) for layer in range(len(self._layers.weights))]
        batch_size = self._batch_sizes.at(epoch)
        ahead = Ahead(trains, order, batch_size, epoch)
        for _ in range(0, order.size, batch_size):
            shown, at = ahead.take()
            batch = shown.select(at)
            bounds = shard_bounds(len(batch), self._shards)
            wait = self._workers.start(self.parameters(), batch, bounds, 1.0 / len(batch))
            ahead.make()
            learned = wait()
            for gradient, part in zip(gradients, self._split(learned.gradient), strict=True):
                gradient += part
            self._descent.regularise()
            self._descent.steps += 1
            self._descent.take_steps(optimizer)
            yield learned.figures

    def start(
        self, parameters: Sequence[NDArray[np.float32]], batch: SpikeTrains, bounds: Sequence[int], scale: float
    ) -> Callable[[], Learned]:
        """Compute all shards in this process; see `Workers.start`."""
        learned = self.learn(parameters, batch, bounds, scale)
        assert learned is not None, "a batch has samples"
        return lambda: learned

    def learn(
        self, parameters: Sequence[NDArray[np.float32]], batch: SpikeTrains, bounds: Sequence[int], scale: float
    ) -> Learned | None:
        """Return the sum over some shards of a batch, or None if there are no samples in them; see `Workers.start`."""
        for own, given in zip([*self._layers.flat_weights, *self._feedback], parameters, strict=False):
            own[...] = given
        return total(len(bounds) - 1, lambda k: self._shard(batch, bounds[k], bounds[k + 1], scale))

    def parameters(self) -> list[NDArray[np.float32]]:
        """Return what workers need to know of this network, which are no copies; see `Workers.start`."""
        feedback = self._feedback if any(own.any() for own in self._feedback) else []
        return [*self._layers.flat_weights, *feedback]

    def _shard(self, batch: SpikeTrains, first: int, last: int, scale: float) -> Learned | None:
        if first == last:
            return None
        rule = self._rule
        assert rule is not None, "checked before anything is learned"
        samples = np.arange(first, last)
        workspace = self._layers.workspace(batch, -(-self._batch_size // self._shards))
        trials = self._shown(workspace, batch, samples, 0, rule, scale)
        figures = self._figures([self._outcome(workspace, trials, batch.labels[samples])])
        gradient = np.zeros(sum(weights.size for weights in self._layers.flat_weights), np.float32)
        self._add_gradients(trials, rule, self._split(gradient))
        return Learned(gradient, figures)

    def _split(self, flat: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return the parts of what has all layers, as views."""
        return np.split(flat, np.cumsum([weights.size for weights in self._layers.flat_weights])[:-1])


def _check_apart(rule: LearningRule | None, boosting: Boosting | None) -> None:
    """Raise ValueError if what a sample teaches depends on others of its batch."""
    reason = None
    if rule is not None and rule.needs & {Need.PERTURBATIONS, Need.OWN_FEEDBACK}:
        reason = f"{rule.name} changes feedback weights by what it sees in the whole batch; bp, hm2bp and dfa do not"
    elif rule is not None and rule.rho:
        reason = f"rules.{rule.name}.rho = {rule.rho:g} regularises the mean rate over the whole batch; set it to 0"
    elif boosting is not None:
        reason = "boosting makes a sample count by what came before it; leave it out"
    if reason is not None:
        raise ValueError(f"The samples of a batch cannot be shared out in training.shards: {reason}.")
