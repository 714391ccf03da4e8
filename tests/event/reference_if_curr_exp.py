"""One IF_curr_exp neuron in float64, straight from the equations; nothing is shared with the package.

The two currents are sums over all arrivals. The membrane is the integral of what drives it, from its release to any
later time in one step, with the convolutions written out; spikes are found on a fine grid, then by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq


@dataclass(frozen=True)
class Neuron:
    """Parameters as PyNN has them; ``v`` is the potential at the start."""

    tau_m: float = 20.0
    tau_syn_E: float = 5.0
    tau_syn_I: float = 5.0
    cm: float = 1.0
    v_rest: float = -65.0
    v_reset: float = -65.0
    v_thresh: float = -50.0
    tau_refrac: float = 0.1
    i_offset: float = 0.0
    v: float = -65.0

    @property
    def parameters(self):
        return {name: value for name, value in vars(self).items() if name != "v"}


@dataclass(frozen=True)
class Input:
    """Arrivals: times in ms, weights in nA, and whether they feed the inhibitory current."""

    times: np.ndarray
    weights: np.ndarray
    inhibitory: np.ndarray

    def current(self, t, neuron, inhibitory):
        """Return a current at the times t, arrivals at these times included."""
        tau = neuron.tau_syn_I if inhibitory else neuron.tau_syn_E
        age = np.subtract.outer(np.atleast_1d(t), self.times)
        mine = (age >= 0) & (self.inhibitory == inhibitory)
        return (np.exp(-np.where(mine, age, 0.0) / tau) * mine) @ self.weights


def response(t, since, neuron, arrivals):
    """Return what arrivals and offset have added to v by the times t, integrated from the time ``since`` on."""
    t = np.atleast_1d(np.asarray(t, float))
    total = neuron.tau_m * neuron.i_offset / neuron.cm * -np.expm1(-(t - since) / neuron.tau_m)
    for time, weight, inhibitory in zip(arrivals.times, arrivals.weights, arrivals.inhibitory, strict=True):
        tau = neuron.tau_syn_I if inhibitory else neuron.tau_syn_E
        start = max(time, since)
        for_ = np.maximum(t - start, 0.0)
        current = weight * np.exp(-(start - time) / tau)
        if tau == neuron.tau_m:
            total += current / neuron.cm * for_ * np.exp(-for_ / tau)
        else:
            kappa = neuron.tau_m * tau / (neuron.tau_m - tau) / neuron.cm
            total += current * kappa * (np.exp(-for_ / neuron.tau_m) - np.exp(-for_ / tau))
    return total


def potential(t, since, v, neuron, arrivals):
    """Return the potential at the times t of a neuron that was at v at the time ``since`` and has not spiked since."""
    t = np.atleast_1d(np.asarray(t, float))
    decayed = (v - neuron.v_rest) * np.exp(-(t - since) / neuron.tau_m)
    return neuron.v_rest + decayed + response(t, since, neuron, arrivals)


def spikes(neuron, arrivals, end, step=0.01):
    """Return spike times up to ``end``, and how near (mV) the potential came to doing otherwise."""
    since, v, times, margin = 0.0, neuron.v, [], np.inf
    knots = np.unique(np.concatenate([np.arange(0.0, end, step), arrivals.times[arrivals.times < end], [end]]))
    while since < end:
        grid = np.concatenate([[since], knots[knots > since]])
        values = potential(grid, since, v, neuron, arrivals) - neuron.v_thresh
        above = np.flatnonzero(values >= 0)
        before = values if not above.size else values[: above[0]]
        inner = before[1:-1][(before[1:-1] >= before[:-2]) & (before[1:-1] >= before[2:])]
        margin = min(margin, -inner.max(initial=-np.inf), abs(values[-1]))
        if not above.size:
            break
        first = above[0]
        if first == 0:
            time = since
        else:
            low, high = grid[first - 1], grid[first]
            time = brentq(
                lambda t, *state: potential(t, *state)[0] - neuron.v_thresh,
                low, high, (since, v, neuron, arrivals), xtol=1e-13, rtol=1e-15,
            )  # fmt: skip
        times.append(time)
        since, v = time + neuron.tau_refrac, neuron.v_reset
    return np.array(times), margin


def trace(t, times, neuron, arrivals):
    """Return the potential at the times t of a neuron with these spikes."""
    values = np.empty(t.size)
    for k, at in enumerate(t):
        last = times[times <= at]
        since, v = (last[-1] + neuron.tau_refrac, neuron.v_reset) if last.size else (0.0, neuron.v)
        values[k] = v if at <= since else potential(at, since, v, neuron, arrivals)[0]
    return values
