"""One layer of LIF_SFDFA neurons in float64, straight from the equations; nothing is shared with the package.

Between events a neuron is two decaying sums (docs/algorithm.md, section 1); spikes are found by bisection up to the
analytic peak. Eligibilities are computed twice: forward with traces and R (section 3), and by reverse replay from all
pairs of arrivals and spikes (section 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq


@dataclass(frozen=True)
class Neuron:
    """Constants of a layer; times in ms, c in nA."""

    tau_m: float
    tau_syn: float
    c: float
    duration: float
    exact: bool = False
    max_spikes: int = 30
    drop: float | None = None  # what B loses at a spike; c if None

    @property
    def lost(self):
        """What B loses at a spike."""
        return self.c if self.drop is None else self.drop

    def factor(self, A):
        """Return f at a spike with that synaptic current."""
        return self.tau_m / (A * (self.tau_m - self.tau_syn) / self.tau_syn - (self.c if self.exact else 0.0))


@dataclass
class Response:
    """What a layer did in one trial.

    ``times``, ``grades``, ``currents`` and ``rises``: one list per neuron, one element per spike; ``rises`` is
    tau_m dv/dt at the spike as a fraction of |A| + |B| + c. ``margin``: per neuron, how close the highest potential
    between two events came to threshold, as a fraction of the same: float32 cannot tell what lies below its rounding.
    """

    times: list[list[float]]
    grades: list[list[float]]
    currents: list[list[float]]
    rises: list[list[float]]
    margin: np.ndarray
    forward: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def counts(self):
        return np.array([len(times) for times in self.times])

    @property
    def directional(self):
        return np.array([sum(grades) for grades in self.grades])

    def volley(self):
        """Return all spikes in order of time: times, units, grades."""
        spikes = [(t, i, g) for i in range(len(self.times)) for t, g in zip(self.times[i], self.grades[i], strict=True)]
        spikes.sort()
        return tuple(np.array([spike[k] for spike in spikes], (float, int, float)[k]) for k in range(3))


def run_layer(neuron, weights, times, units, grades=None, perturbation=None, delay=0.0):
    """Run one trial from rest; ``weights`` has shape (n_pre, n). Arrivals after the end of the trial are lost."""
    n_pre, n = weights.shape
    arrivals = np.asarray(times, float) + delay
    units, grades = np.asarray(units, int), np.zeros(len(units)) if grades is None else np.asarray(grades)
    perturbation = np.zeros(n) if perturbation is None else perturbation
    A, B, D = np.zeros(n), np.zeros(n), np.zeros(n)
    TA, TB, R, E = np.zeros(n_pre), np.zeros(n_pre), np.zeros((n_pre, n)), np.zeros((n_pre, n))
    reset_at = np.zeros(n)  # time to which R of each neuron refers
    out = Response([[] for _ in range(n)], [[] for _ in range(n)], [[] for _ in range(n)], [[] for _ in range(n)],
                   np.full(n, np.inf))  # fmt: skip
    now = 0.0
    order = [k for k in np.argsort(arrivals, kind="stable") if arrivals[k] <= neuron.duration]
    for position, k in enumerate(order):
        now = arrivals[k]
        w = weights[units[k]]
        A, B, D = A + w, B + w, D + w * grades[k]
        TA[units[k]] += 1
        TB[units[k]] += 1
        end = arrivals[order[position + 1]] if position + 1 < len(order) else neuron.duration
        window = end - now
        if window > 0:
            for i in np.flatnonzero(_highest(neuron, A, B, window) > 0.5 * neuron.c):
                for since, a, b in _spikes(neuron, A[i], B[i], window, out, i):
                    rise = a * neuron.tau_m / neuron.tau_syn - b
                    f = neuron.factor(a)
                    R[:, i] *= np.exp((reset_at[i] - now - since) / neuron.tau_m)
                    reset_at[i] = now + since
                    trace = TA * np.exp(-since / neuron.tau_syn) - TB * np.exp(-since / neuron.tau_m)
                    moved = f * (trace + R[:, i])
                    E[:, i] += moved
                    R[:, i] += neuron.lost / neuron.tau_m * moved
                    grade = D[i] + (perturbation[i] if not out.times[i] else 0.0)
                    D[i] = 0.0
                    B[i] -= neuron.lost * np.exp(since / neuron.tau_m)
                    out.times[i].append(now + since)
                    out.grades[i].append(grade)
                    out.currents[i].append(a)
                    out.rises[i].append(rise / (abs(a) + abs(b) + neuron.c))
            syn, m = np.exp(-window / neuron.tau_syn), np.exp(-window / neuron.tau_m)
            A, TA, B, TB = A * syn, TA * syn, B * m, TB * m
    out.forward = E
    return out


def _above(t, neuron, A, B):
    """Return B - A - c after t ms."""
    return B * np.exp(-t / neuron.tau_m) - A * np.exp(-t / neuron.tau_syn) - neuron.c


def _highest(neuron, A, B, window):
    """Return the highest B - A within the window."""
    ratio = neuron.tau_m / neuron.tau_syn
    with np.errstate(divide="ignore", invalid="ignore"):
        peak = neuron.tau_m / (ratio - 1) * np.log(A * ratio / B)
    rises = (A > 0) & (B > 0) & (A * ratio > B)
    until = np.where(rises, np.minimum(np.where(rises, peak, 0.0), window), 0.0)
    later = np.where(rises, until, window)  # where it does not rise to a peak, both ends count
    return neuron.c + np.maximum(_above(until, neuron, A, B), _above(later, neuron, A, B))


def _above_of_one(t, neuron, a, b):
    """Return B - A - c of one neuron after t ms, in a fraction of the time."""
    return b * math.exp(-t / neuron.tau_m) - a * math.exp(-t / neuron.tau_syn) - neuron.c


def _highest_of_one(neuron, a, b, window):
    """Return the highest B - A of one neuron within the window, and when it rises to it, else 0."""
    ratio = neuron.tau_m / neuron.tau_syn
    if a > 0 and b > 0 and a * ratio > b:
        peak = min(neuron.tau_m / (ratio - 1) * math.log(a * ratio / b), window)
        return neuron.c + _above_of_one(peak, neuron, a, b), peak
    return neuron.c + max(_above_of_one(t, neuron, a, b) for t in (0.0, window)), 0.0


def _spikes(neuron, A, B, window, out, i):
    """Yield (time since the start, A, B) of each spike of one neuron in one window, before its reset."""
    since, A, B = 0.0, float(A), float(B)
    while True:
        a, b = A * math.exp(-since / neuron.tau_syn), B * math.exp(-since / neuron.tau_m)
        highest, peak = _highest_of_one(neuron, a, b, window - since)
        out.margin[i] = min(out.margin[i], abs(highest - neuron.c) / (abs(a) + abs(b) + neuron.c))
        if highest < neuron.c or len(out.times[i]) >= neuron.max_spikes:
            return
        wait = brentq(_above_of_one, 0.0, peak, (neuron, a, b), xtol=1e-14, rtol=1e-15)
        since += wait
        yield since, a * math.exp(-wait / neuron.tau_syn), b * math.exp(-wait / neuron.tau_m)
        B -= neuron.lost * math.exp(since / neuron.tau_m)


def replay(neuron, response, times, units, n_pre, delay=0.0, delta=lambda time: 1.0):
    """Return the eligibilities (n_pre, n) of section 4, from all pairs of arrivals and spikes; delta weighs spikes."""
    arrivals, units = np.asarray(times, float) + delay, np.asarray(units, int)
    E = np.zeros((n_pre, len(response.times)))
    for i, (spikes, currents) in enumerate(zip(response.times, response.currents, strict=True)):
        gammas = np.zeros(len(spikes))
        for k in range(len(spikes) - 1, -1, -1):
            later = sum(gammas[m] * np.exp((spikes[k] - spikes[m]) / neuron.tau_m) for m in range(k + 1, len(spikes)))
            gammas[k] = neuron.factor(currents[k]) * (delta(spikes[k]) + neuron.lost / neuron.tau_m * later)
        for k, spike in enumerate(spikes):
            before = arrivals <= spike
            age = spike - arrivals[before]
            trace = np.exp(-age / neuron.tau_syn) - np.exp(-age / neuron.tau_m)
            E[:, i] += gammas[k] * np.bincount(units[before], trace, minlength=n_pre)
    return E
