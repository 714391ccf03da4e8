"""Spike trains as tensors with a time axis, layers of PyTorch, and learning with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.benchmark.peers.base import STEP
from pynn_sfdfa.benchmark.timing import clock_of
from pynn_sfdfa.network.connectivity import Convolution, Dense, Summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.connectivity import Connectivity
    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Adam

__all__ = ["TorchPeer", "rasterise", "weighted"]


def rasterise(batch: SpikeTrains, steps: int) -> NDArray[np.float32]:
    """Return the spikes as ones in an array of zeros, shape (steps, samples, units); later ones are dropped."""
    sample = np.repeat(np.arange(len(batch)), np.diff(batch.offsets))
    step = (batch.times / STEP).astype(np.int64)
    kept = step < steps
    dense = np.zeros((steps, len(batch), batch.n_units), np.float32)
    dense[step[kept], sample[kept], batch.units[kept]] = 1.0
    return dense


def weighted(layer: Layer) -> list[Any]:
    """Return the modules of PyTorch by which a layer is reached: pooling that sums, and the weights.

    Raises
    ------
    ValueError
        If PyTorch has no module like the layer.
    """
    return _modules(layer.connectivity, layer.input_shape, str(layer))


def _modules(connectivity: Connectivity, shape: tuple[int, ...], name: str) -> list[Any]:
    from torch import nn

    if isinstance(connectivity, Summed):
        pooling = connectivity.pooling
        pooled = pooling.output_shape(shape)
        return [nn.AvgPool2d(pooling.size, divisor_override=1), *_modules(connectivity.above, pooled, name)]
    if type(connectivity) is Convolution:  # Local derives from it
        own = connectivity
        return [nn.Conv2d(shape[0], own.channels, own.kernel, own.stride, own.padding)]
    if isinstance(connectivity, Dense):
        flat = [nn.Flatten()] if len(shape) > 1 else []
        return [*flat, nn.Linear(int(np.prod(shape)), connectivity.size)]
    raise ValueError(f"{name}: there is no such layer among the peers' (Dense, Convolution, Pooling that sums).")


class TorchPeer:
    """Trains a PyTorch module on the loss of spike counts.

    Parameters
    ----------
    module : torch.nn.Module
        Its parameters are trained.
    counts : callable
        From a tensor (steps, samples, *shape of the input) to the spikes of the output neurons, (samples, outputs).
    network : Network
        Whose task it learns.
    steps : int
    optimizer : Adam
        Its settings.
    loss : SpikeCount
    threads : int
        On which it is timed.
    """

    def __init__(
        self,
        module: Any,
        counts: Callable[[Any], Any],
        network: Network,
        steps: int,
        optimizer: Adam,
        loss: SpikeCount,
        threads: int,
    ) -> None:
        import torch

        self._clock = clock_of(threads)
        self._torch, self._counts, self._steps, self._loss = torch, counts, steps, loss
        self._shape, self._outputs = network.input.shape, network.sizes[-1]
        betas = (optimizer.beta1, optimizer.beta2)
        self._rates = optimizer
        self._optimizer = torch.optim.Adam(module.parameters(), optimizer.learning_rate, betas, optimizer.epsilon)

    def learn(self, batch: SpikeTrains, epoch: int) -> float:
        """Learn from one batch and return the seconds taken; see `pynn_sfdfa.benchmark.peers.base.Peer`."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._rates.at(epoch).learning_rate
        inputs = self._inputs(batch)
        targets = self._torch.from_numpy(self._loss.targets(batch.labels, self._outputs))

        def step() -> None:
            self._optimizer.zero_grad()
            loss = 0.5 * (targets - self._counts(inputs)).square().sum() / len(batch)
            loss.backward()
            self._optimizer.step()

        return self._clock(step)

    def respond(self, batch: SpikeTrains) -> tuple[NDArray[np.int64], float]:
        """Return the predictions, shape (samples,), and the seconds taken, encoding not counted."""
        inputs = self._inputs(batch)
        predictions: list[NDArray[np.int64]] = []

        def run() -> None:
            with self._torch.no_grad():
                predictions.append(self._counts(inputs).argmax(dim=1).numpy())

        seconds = self._clock(run)
        return predictions[0], seconds

    def _inputs(self, batch: SpikeTrains) -> Any:
        return self._torch.from_numpy(rasterise(batch, self._steps).reshape(self._steps, len(batch), *self._shape))
