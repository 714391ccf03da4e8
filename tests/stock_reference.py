"""One IF_curr_exp neuron in float64, straight from its differential equations; nothing is shared with the package.

Potential and current between events are in closed form and spikes are found by root finding; at a spike the potential
goes to v_reset and stays there for the refractory period (docs/algorithm.md, section 10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq


@dataclass(frozen=True)
class Stock:
    """Times in ms, the potential relative to rest, in mV; K in mV/nA."""

    tau_m: float
    tau_syn: float
    cm: float
    theta: float
    reset: float
    refractory: float
    duration: float

    @property
    def K(self):
        return self.tau_m * self.tau_syn / (self.cm * (self.tau_m - self.tau_syn))

    def after(self, v, i, t):
        """Return potential and current t ms later."""
        slow, fast = np.exp(-t / self.tau_m), np.exp(-t / self.tau_syn)
        return v * slow + self.K * i * (slow - fast), i * fast

    def psp(self, t):
        """Return the potential t ms after a unit of weight arrived; 0 before."""
        t = np.maximum(t, 0.0)
        return self.K * (np.exp(-t / self.tau_m) - np.exp(-t / self.tau_syn))


def spikes(cell, weights, arrivals):
    """Return the spike times of a neuron to which ``weights[k]`` arrives at ``arrivals[k]``, sorted, and the margin.

    The margin is how close to threshold, in mV, the highest potential of a window without a spike came.
    """
    v, i, now, free, out, margin = 0.0, 0.0, 0.0, 0.0, [], np.inf
    for w, end in zip([*weights, 0.0], [*arrivals, np.inf], strict=True):
        end = min(end, cell.duration)
        while now < end:
            if now < free:
                step = min(free, end) - now
                v, i, now = cell.reset, cell.after(0.0, i, step)[1], now + step
                continue
            due = _first(cell, v, i, end - now)
            if due is None:
                grid = np.linspace(0.0, end - now, 50)
                margin = min(margin, cell.theta - cell.after(v, i, grid)[0].max())
                (v, i), now = cell.after(v, i, end - now), end
            else:
                i, now = cell.after(v, i, due)[1], now + due
                out.append(now)
                v, free = cell.reset, now + cell.refractory
        if end == cell.duration:
            break
        i += w
    return np.array(out), margin


def _first(cell, v, i, window):
    def above(t):
        return cell.after(v, i, t)[0] - cell.theta

    peak = window
    if i > 0 and cell.K * i + v > 0:
        at = np.log(cell.K * i * cell.tau_m / (cell.tau_syn * (cell.K * i + v)))
        peak = min(window, max(0.0, at * cell.tau_m * cell.tau_syn / (cell.tau_m - cell.tau_syn)))
    return brentq(above, 0.0, peak, xtol=1e-14, rtol=1e-15) if above(0.0) < 0 <= above(peak) else None


def s_psp(cell, arrivals, fired):
    """Return e of one synapse: the published double sum over pairs of spikes."""
    e, last = 0.0, 0.0
    for t in fired:
        for a in arrivals:
            if a <= t:
                e += np.exp(-max(last - a, 0.0) / cell.tau_syn) * cell.psp(min(t - last, t - a))
        last = t + cell.refractory
    return e
