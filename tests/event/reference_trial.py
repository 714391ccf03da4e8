"""One trial of one LIF_SFDFA neuron by direct sums over all earlier events: slow, and nothing shared with the engine.

Events are tuples (time, presynaptic index, grade); times in ms from the start of the trial.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq


@dataclass
class Neuron:
    tau_m: float = 26.0
    tau_syn: float = 13.0
    c: float = 0.5
    exact: bool = False

    def height(self, t, inputs, weights, resets):
        """B - A at times t (after the inputs at t and the resets before)."""
        t = np.asarray(t)
        total = np.zeros(t.shape)
        for time, j, _ in inputs:
            age = np.maximum(t - time, 0.0)  # at age 0 the two terms cancel
            total += weights[j] * (np.exp(-age / self.tau_m) - np.exp(-age / self.tau_syn))
        for time in resets:
            total -= self.c * np.exp((time - t) / self.tau_m)
        return total

    def spikes(self, inputs, weights, duration, perturbation=0.0):
        """Return the spikes as (time, grade): sign changes on a dense grid, refined by bisection."""
        inputs = sorted(inputs)
        resets, spikes, since = [], [], 0
        stops = sorted({time for time, _, _ in inputs} | {duration})
        begin = 0.0
        for stop in stops:
            while True:
                grid = np.linspace(begin, stop, 400)
                above = self.height(grid[1:], inputs, weights, resets) >= self.c
                if not above.any():
                    break
                first = 1 + int(above.argmax())
                time = brentq(
                    lambda t: self.height(t, inputs, weights, resets) - self.c,
                    grid[first - 1] + 1e-12, grid[first], xtol=1e-14, rtol=1e-15,
                )  # fmt: skip
                received = [e for e in inputs if e[0] < time]
                grade = sum(weights[j] * g for _, j, g in received[since:])
                since = len(received)
                spikes.append((time, grade + (perturbation if not spikes else 0.0)))
                resets.append(time)
                begin = time
            begin = stop
        return spikes

    def factor(self, t, inputs, weights):
        A = sum(weights[j] * np.exp((time - t) / self.tau_syn) for time, j, _ in inputs if time <= t)
        return self.tau_m / (A * (self.tau_m - self.tau_syn) / self.tau_syn - (self.c if self.exact else 0.0))

    def eligibility(self, inputs, weights, spike_times):
        """One pass backwards over the spikes (docs/algorithm.md, section 4); one value per presynaptic index."""
        gammas = {}
        for k in reversed(spike_times):
            later = sum(gamma * np.exp((k - other) / self.tau_m) for other, gamma in gammas.items())
            gammas[k] = self.factor(k, inputs, weights) * (1 + self.c / self.tau_m * later)
        E = np.zeros(len(weights))
        for time, j, _ in inputs:
            for k, gamma in gammas.items():
                if time <= k:
                    E[j] += gamma * (np.exp((time - k) / self.tau_syn) - np.exp((time - k) / self.tau_m))
        return E


def layer_trial(neurons, inputs, weights, duration, perturbations=None):
    """Return spikes per neuron, and the eligibilities (n_pre, n), of one layer in one trial."""
    perturbations = np.zeros(len(neurons)) if perturbations is None else perturbations
    spikes = [n.spikes(inputs, weights[:, i], duration, perturbations[i]) for i, n in enumerate(neurons)]
    E = np.stack(
        [n.eligibility(inputs, weights[:, i], [t for t, _ in spikes[i]]) for i, n in enumerate(neurons)], axis=1
    )
    return spikes, E


def as_events(spikes, delay=0.0, offset=0):
    """Return the spikes of a layer as input events of the next one."""
    return sorted((t + delay, i + offset, g) for i, train in enumerate(spikes) for t, g in train)
