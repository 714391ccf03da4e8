"""HM2-BP written plainly, in float64, pair by pair of neurons, from the spike times of all layers.

docs/algorithm.md, section 10, in the signs of the package: an error is target minus count, a gradient -e/theta.
"""

from __future__ import annotations

import numpy as np
from stock_reference import Stock


def s_psp(cell, arrivals, fired, deltas=None):
    """Return e of one synapse, the published double sum; ``deltas`` weigh the spikes of the neuron."""
    arrivals, e, last = np.asarray(arrivals, float), 0.0, 0.0
    for t, delta in zip(fired, np.ones(len(fired)) if deltas is None else deltas, strict=True):
        a = arrivals[arrivals <= t]
        left = np.exp(-np.maximum(last - a, 0.0) / cell.tau_syn)
        e += delta * (left * cell.psp(np.minimum(t - last, t - a))).sum()
        last = t + cell.refractory
    return e


class PlainTrial:
    """The spikes of one trial: ``inputs`` and, layer by layer, ``fired``, a list of times for each unit."""

    def __init__(self, network, inputs, fired):
        self.network, self.delay = network, network.delay
        self.trains = [inputs, *map(list, fired)]
        self.weights = [w.astype(float) for w in network.weights]

    def cell(self, layer):
        cell = self.network.layers[layer].cell
        return Stock(cell.tau_m, cell.tau_syn, cell.cm, cell.threshold_current * cell.kappa, 0.0, cell.tau_refrac,
                     cell.trial_duration)  # fmt: skip

    def unit(self, layer):
        """Return tau_syn/cm, in which what is published for silent neurons counts."""
        cell = self.network.layers[layer].cell
        return cell.tau_syn / cell.cm

    def counts(self, layer):
        return np.array([len(times) for times in self.trains[layer + 1]])

    def e(self, layer, pre=None):
        """Return the S-PSP of all pairs, shape (n_pre, n_post); ``pre`` are those of the layer below if not given."""
        cell = self.cell(layer)
        pre = self.trains[layer] if pre is None else pre
        arrivals = [[t + self.delay for t in times if t + self.delay <= cell.duration] for times in pre]
        return np.array([[s_psp(cell, a, fired) for fired in self.trains[layer + 1]] for a in arrivals])

    def below(self, layer, error, silent_ratio=1.0):
        """Return the errors of the layer below, from those of a layer."""
        o_i, o_j = self.counts(layer), self.counts(layer - 1)
        ratio = np.full(self.weights[layer].shape, silent_ratio * self.unit(layer))
        both = np.ix_(o_j > 0, o_i > 0)
        ratio[both] = self.e(layer)[both] / o_j[o_j > 0][:, None]
        return (self.weights[layer] * ratio) @ (error / self.cell(layer).theta)

    def micro(self, layer):
        o, w = self.counts(layer), self.weights[layer]
        side = (w * self.e(layer)).sum(axis=0) / np.maximum(o, 1)
        return 1.0 + np.where(o > 0, side, 0.5 * self.unit(layer) * w.sum(axis=0)) / self.cell(layer).theta

    def lateral(self, layer):
        w0, o = self.network.layers[layer].connectivity.inhibition, self.counts(layer)
        g = self.e(layer, self.trains[layer + 1]) / np.maximum(o, 1)
        np.fill_diagonal(g, 0.0)
        return 1.0 / (1.0 - w0**2 * (g * g.T).sum(axis=0) / self.cell(layer).theta ** 2)

    def gradient(self, layer, error, silent):
        e, o = self.e(layer), self.counts(layer)
        fired = np.array([len(times) > 0 for times in self.trains[layer]])
        e[:, o == 0] = silent * self.unit(layer) * fired[:, None]
        return -e / self.cell(layer).theta * error


def given(trial, label, number, first):
    """Give a silent target neuron so many even spikes, but none before the first arrival at its layer."""
    times = trial.trains[-1]
    if number and not len(times[label]):
        duration = trial.cell(-1).duration
        even = np.arange(1, number + 1) * duration / (number + 1)
        times[label] = even[even >= first]


def hm2bp(trial, output, label, offsets, micro=True, lateral=True, silent=0.1, number=35, silent_ratio=1.0):
    """Return the gradient of each layer in one trial, from the errors of the output."""
    top = len(trial.weights) - 1
    arrivals = [t + trial.delay for times in trial.trains[top] for t in times]
    given(trial, label, number, min(arrivals, default=np.inf))
    errors = [output]
    for layer in range(top, 0, -1):
        errors.insert(0, trial.below(layer, errors[0], silent_ratio) + offsets[layer - 1])
    gradients = []
    for layer, error in enumerate(errors):
        factor = trial.micro(layer) if micro else 1.0
        factor = factor * trial.lateral(layer) if lateral else factor
        gradients.append(trial.gradient(layer, error * factor, silent))
    return gradients
