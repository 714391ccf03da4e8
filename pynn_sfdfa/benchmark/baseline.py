"""The yardstick: SFDFA event by event in the straightforward way, as one would first write it with numba.

A sample is one spike time per input, sorted in its trial. At every event every neuron's next spike time is worked out
with a square root; simultaneous events are taken one by one; trials run in parallel with one gradient per thread; one
dense pass of Adam follows. Results are those of the batch engine up to float32 rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from pynn_sfdfa.benchmark.baseline_kernels import Cell, Inputs, Spikes, adam, backward, forward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.layers import Layer
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import SFDFA
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Adam

__all__ = ["Baseline", "first_spikes"]


class Baseline:
    """A network with one hidden layer, trained by SFDFA and Adam.

    Parameters
    ----------
    network : Network
        Two layers, tau_m = 2 tau_syn, no delay, bounded gradient.
    rule, optimizer, loss, batch_size, seed, threads
        As for the batch engine.

    Raises
    ------
    ValueError
        If the network is of another kind.
    """

    def __init__(
        self,
        network: Network,
        rule: SFDFA,
        optimizer: Adam,
        loss: SpikeCount,
        batch_size: int,
        seed: int,
        threads: int,
    ) -> None:
        if len(network.layers) != 2 or network.delay != 0 or network.gradient != "bounded":
            raise ValueError("The baseline takes one hidden layer, no delay and the bounded gradient only.")
        if any(layer.cell.tau_m != 2 * layer.cell.tau_syn for layer in network.layers):
            raise ValueError("The baseline takes tau_m = 2 tau_syn only.")
        self._rule, self._optimizer, self._loss = rule, optimizer, loss
        self._batch_size, self._seed, self._threads = batch_size, seed, threads
        hidden, output = network.layers
        self._cells = _cell(hidden, network.max_spikes), _cell(output, network.max_spikes)
        self._inputs = _inputs(batch_size, network.sizes[0])
        self._hidden = _spikes(batch_size, hidden.size, network.max_spikes)
        self._output = _spikes(batch_size, output.size, network.max_spikes)
        self.weights = [w.copy() for w in network.weights]
        self.feedback = network.feedback[0].copy()
        self.mean = [np.zeros_like(w) for w in self.weights]
        self.square = [np.zeros_like(w) for w in self.weights]
        self._gradients = [np.zeros((threads, *w.shape), np.float32) for w in self.weights]
        self.step = 0

    def load_state(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Take over weights, feedback and Adam's state from a checkpoint of the batch engine."""
        for layer in range(2):
            self.weights[layer][...] = arrays[f"weights.{layer}"]
            self.mean[layer][...] = arrays[f"optimizer.mean.{layer}"]
            self.square[layer][...] = arrays[f"optimizer.square.{layer}"]
        self.feedback[...] = arrays["feedback.0"]
        self.step = int(arrays["optimizer.step"][0])

    def train(
        self, latencies: NDArray[np.float32], labels: NDArray[np.int64], order: NDArray[np.int64], first_trial: int
    ) -> None:
        """Learn from the samples in the given order; ``latencies`` are as `first_spikes` returns them."""
        for start in range(0, order.size, self._batch_size):
            samples = order[start : start + self._batch_size]
            self._run(latencies, samples, first_trial + start, perturbed=True)
            self._learn(labels[samples])

    def respond(self, latencies: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return the spikes of every output neuron, shape (samples, n_out)."""
        counts = np.empty((len(latencies), self.weights[1].shape[1]), np.int32)
        for start in range(0, len(latencies), self._batch_size):
            samples = np.arange(start, min(start + self._batch_size, len(latencies)))
            self._run(latencies, samples, start, perturbed=False)
            counts[samples] = self._output.n[: samples.size]
        return counts

    def _run(
        self, latencies: NDArray[np.float32], samples: NDArray[np.int64], first_trial: int, perturbed: bool
    ) -> None:
        numba.set_num_threads(self._threads)
        trials = (perturbed, self._seed, first_trial)
        record = (self._inputs, self._hidden, self._output)
        forward(self._threads, latencies, samples, *self.weights, *self._cells, *trials, *record)

    def _learn(self, labels: NDArray[np.int64]) -> None:
        n = labels.size
        counts, output_counts = self._hidden.n[:n], self._output.n[:n]
        output_error = self._loss.error(output_counts, labels)
        hidden_error = output_error @ self.feedback + self._rule.regularisation(counts)
        record = (self._inputs, self._hidden, self._output)
        backward(*record, *self._cells, hidden_error, output_error, *self._gradients)
        fired = (counts > 0).sum(axis=0)
        estimate = self._output.d[:n].T @ self._hidden.v[:n] / np.maximum(1, fired) - self.feedback
        self.feedback += np.float32(self._rule.feedback_learning_rate) * np.where(fired > 0, estimate, 0)
        self.step += 1
        chosen = self._optimizer
        settings = [np.float32(x) for x in (chosen.learning_rate, chosen.beta1, chosen.beta2, chosen.epsilon)]
        for arrays in zip(self.weights, self._gradients, self.mean, self.square, strict=True):
            adam(*arrays, *settings, self.step, n)


def first_spikes(trains: SpikeTrains) -> NDArray[np.float32]:
    """Return the time of each unit's spike in ms, infinity where it is silent, shape (samples, units).

    Raises
    ------
    ValueError
        If a unit spikes more than once in a sample.
    """
    latencies = np.full((len(trains), trains.n_units), np.inf, np.float32)
    sample = np.repeat(np.arange(len(trains)), np.diff(trains.offsets))
    latencies[sample, trains.units] = trains.times
    if np.isfinite(latencies).sum() != trains.times.size:
        raise ValueError("The baseline takes at most one spike per unit and sample.")
    return latencies


def _cell(layer: Layer, max_spikes: int) -> Cell:
    cell = layer.cell
    return Cell(
        np.float32(cell.tau_syn),
        np.float32(cell.tau_m),
        np.float32(cell.threshold_current),
        np.float32(cell.trial_duration),
        np.int64(max_spikes),
    )


def _inputs(trials: int, units: int) -> Inputs:
    shape = (trials, units)
    return Inputs(np.zeros(trials, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.int64))


def _spikes(trials: int, neurons: int, max_spikes: int) -> Spikes:
    each, all_ = (trials, neurons), (trials, neurons, max_spikes)
    return Spikes(
        n=np.zeros(each, np.int32),
        time=np.empty(all_, np.float32),
        A=np.empty(all_, np.float32),
        grade=np.empty(all_, np.float32),
        v=np.zeros(each, np.float32),
        d=np.zeros(each, np.float32),
    )
