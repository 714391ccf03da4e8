"""Spike trains as tensors with a time axis, and learning with PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.benchmark.peers.base import STEP
from pynn_sfdfa.benchmark.timing import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Adam

__all__ = ["TorchPeer", "rasterise"]


def rasterise(batch: SpikeTrains, steps: int) -> NDArray[np.float32]:
    """Return the spikes as ones in an array of zeros, shape (steps, samples, units); later ones are dropped."""
    sample = np.repeat(np.arange(len(batch)), np.diff(batch.offsets))
    step = (batch.times / STEP).astype(np.int64)
    kept = step < steps
    dense = np.zeros((steps, len(batch), batch.n_units), np.float32)
    dense[step[kept], sample[kept], batch.units[kept]] = 1.0
    return dense


class TorchPeer:
    """Trains a PyTorch module on the loss of spike counts.

    Parameters
    ----------
    module : torch.nn.Module
        Its parameters are trained.
    counts : callable
        From a tensor (steps, samples, inputs) to the spikes of the output neurons, (samples, outputs).
    steps : int
    outputs : int
    optimizer : Adam
        Its settings.
    loss : SpikeCount
    """

    def __init__(
        self,
        module: Any,
        counts: Callable[[Any], Any],
        steps: int,
        outputs: int,
        optimizer: Adam,
        loss: SpikeCount,
    ) -> None:
        import torch

        self._torch, self._counts, self._steps, self._outputs, self._loss = torch, counts, steps, outputs, loss
        betas = (optimizer.beta1, optimizer.beta2)
        self._optimizer = torch.optim.Adam(module.parameters(), optimizer.learning_rate, betas, optimizer.epsilon)

    def learn(self, batch: SpikeTrains) -> float:
        """Learn from one batch and return the seconds taken, encoding not counted."""
        inputs = self._torch.from_numpy(rasterise(batch, self._steps))
        targets = self._torch.from_numpy(self._loss.targets(batch.labels, self._outputs))

        def step() -> None:
            self._optimizer.zero_grad()
            loss = 0.5 * (targets - self._counts(inputs)).square().sum() / len(batch)
            loss.backward()
            self._optimizer.step()

        return clock(step)

    def respond(self, batch: SpikeTrains) -> tuple[NDArray[np.int64], float]:
        """Return the predictions, shape (samples,), and the seconds taken, encoding not counted."""
        inputs = self._torch.from_numpy(rasterise(batch, self._steps))
        predictions: list[NDArray[np.int64]] = []

        def run() -> None:
            with self._torch.no_grad():
                predictions.append(self._counts(inputs).argmax(dim=1).numpy())

        seconds = clock(run)
        return predictions[0], seconds
