"""Between which times the first, second, ... spike of each neuron comes, however late a simulator is within its steps.

A simulator that advances in steps notices a crossing at the end of a step, and resets the neuron and sends its spike
then. So all that is known of arrivals are windows of time, and of the potential of a neuron a band (A and B are the
decaying sums of the closed form, in nA):

    B - A  =  sum of w k(t - arrival)  -  sum of c exp(-(t - reset)/tau_m),    k(s) = exp(-s/tau_m) - exp(-s/tau_syn)

At its upper edge each arrival is where it lifts most. A neuron that follows it and is reset at once spikes earliest.
One that follows the lower edge, is looked at only at the ends of steps and is reset then spikes latest; spikes that it
does not have may be missing. Proof by induction: B - A rises with its input, and the earlier the resets were the more
of them is forgotten, so no neuron within the band crosses c for the n-th time before the former, or after the latter.

The two edges may have steps of their own. If they are the same, the band of a network whose stimuli are exact is a line
and each window a point: the very spikes of all simulators with that step.

Written in float64 from closed forms, with nested scans for crossings; nothing of the package is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MESH, PARTS = 0.1, 50
"""ms between the times at which a band without steps is looked at, and into how many parts these are divided again."""


@dataclass(frozen=True)
class Kind:
    """Of simulators: those between ``early`` and ``late``, which are steps in ms, or 0 for continuous time.

    ``slack`` returns the error in nA of B - A after arrivals with some weights.
    """

    early: float
    late: float
    slack: Callable = lambda cells, weights: 1e-10 * cells.threshold


@dataclass
class Band:
    """B - A of one neuron in one trial: arrivals with their weights, shape (n,), and windows of time."""

    cells: object
    weight: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def kernel(self, s):
        return np.exp(-s / self.cells.tau_m) - np.exp(-s / self.cells.tau_syn)

    def edge(self, t, upper):
        """Return an edge at times, shape (n,), without resets."""
        tau_m, tau_syn = self.cells.tau_m, self.cells.tau_syn
        nearest, farthest = (np.maximum(t[:, None] - arrival, 0.0) for arrival in (self.last, self.first))
        peak = tau_m * tau_syn / (tau_m - tau_syn) * np.log(tau_m / tau_syn)
        most = self.kernel(np.clip(peak, nearest, farthest))
        least = np.minimum(self.kernel(nearest), self.kernel(farthest))
        return np.where((self.weight > 0) == upper, most, least) @ self.weight

    def lowered(self, t, resets):
        return self.cells.threshold * np.exp((np.array(resets) - t[:, None]) / self.cells.tau_m).sum(1)

    def stepped(self, upper, level, step, duration):
        """Return when a neuron spikes that follows an edge and is looked at after each step."""
        times, found = np.arange(1, round(duration / step) + 1) * step, []
        free = self.edge(times, upper)
        while True:
            above = free - self.lowered(times, found) >= level
            above[: np.searchsorted(times, found[-1], side="right") if found else 0] = False
            if not above.any():
                return found
            found.append(times[np.argmax(above)])

    def continuous(self, upper, level, duration):
        """Return when a neuron spikes that follows an edge at all times."""
        times = np.union1d(np.arange(0.0, duration + MESH, MESH), np.concatenate([self.first, self.last]))
        times = times[times <= duration]
        arc = MESH**2 / 8 * np.abs(self.weight).sum() / self.cells.tau_syn**2  # how much more than its chord, at most
        free, found = self.edge(times, upper), []
        begin = 0
        while begin < times.size - 1:
            near = free - self.lowered(times, found) >= level - arc
            cells = np.flatnonzero(near[begin:-1] | near[begin + 1 :]) + begin
            for k in cells:
                low = max(times[k], found[-1]) if found else times[k]
                crossing = self.crossing(low, times[k + 1], upper, level, found)
                if crossing is not None:
                    found.append(crossing)
                    begin = k
                    break
            else:
                return found
        return found

    def crossing(self, low, high, upper, level, resets):
        """Return when an edge first is at a level or above, between two times; None if it is not."""
        while True:
            times = np.linspace(low, high, PARTS + 1)
            above = self.edge(times, upper) - self.lowered(times, resets) >= level
            if not above.any():
                return None
            k = int(np.argmax(above))
            if k == 0 or high - low < 1e-9:
                return times[k]
            low, high = times[k - 1], times[k]

    def spikes(self, upper, level, step, duration):
        """Return when a neuron spikes that follows an edge."""
        found = self.stepped(upper, level, step, duration) if step else self.continuous(upper, level, duration)
        return np.array(found, float)


def windows(network, synapses, duration, trials, kind):
    """Return the first and last time of each spike, by population, neuron and trial.

    Times are within the trial; the last is infinite for a spike that may be missing.

    Parameters
    ----------
    network : Network
    synapses : list of float64 arrays, shape (n, 4)
        Of each wire: indices within the populations, weight in nA, delay in ms.
    duration : float
        Of a trial, in ms.
    trials : int
    kind : Kind
    """
    found = {}
    for p, stimulus in enumerate(network.stimuli):
        for i, train in enumerate(stimulus.spike_times):
            for trial in range(trials):
                times = np.array(train) - trial * duration
                found[p, i, trial] = (times[(times >= 0) & (times < duration)],) * 2
    for p, cells in enumerate(network.layers, len(network.stimuli)):
        incoming = [(w.pre, s) for w, s in zip(network.wires, synapses, strict=True) if w.post == p]
        for i in range(cells.size):
            for trial in range(trials):
                arrivals = [np.empty((3, 0))]
                for pre, table in incoming:
                    for j, _, weight, delay in table[table[:, 1] == i]:
                        first, last = found[pre, int(j), trial]
                        arrivals.append(np.array([np.full(first.size, weight), first + delay, last + delay]))
                found[p, i, trial] = _of_neuron(cells, np.concatenate(arrivals, axis=1), duration, kind)
    return found


def _of_neuron(cells, arrivals, duration, kind):
    band = Band(cells, *arrivals[:, arrivals[1] < duration])
    slack = kind.slack(cells, band.weight)
    early = band.spikes(True, cells.threshold - slack, kind.early, duration)
    late = band.spikes(False, cells.threshold + slack, kind.late, duration)
    return early, np.concatenate([late, np.full(early.size - late.size, np.inf)])
