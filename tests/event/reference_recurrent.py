"""Networks of IF_curr_exp in float64, from event to event with a queue; nothing is shared with the package.

Between two events the membrane is written out as exponentials, and a crossing is found on a fine grid, then by
bisection. `integrated` leaves all that to an integrator of differential equations.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from reference_if_curr_exp import Input, Neuron
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

STEP = 0.02  # ms


@dataclass(frozen=True)
class Synapses:
    """All synapses from one neuron to another that have one delay; presynaptic neurons -1, -2, ... are sources."""

    pre: int
    post: int
    weight: float
    delay: float
    inhibitory: bool


@dataclass
class State:
    """Of one neuron at ``time``."""

    neuron: Neuron
    time: float = 0.0
    v: float = 0.0
    i_E: float = 0.0
    i_I: float = 0.0
    release: float = -np.inf

    def potential(self, dt):
        """Return v after dt, if it is free and nothing happens."""
        n = self.neuron
        settled = n.v_rest + n.i_offset * n.tau_m / n.cm
        v = settled + (self.v - settled) * np.exp(-dt / n.tau_m)
        for current, tau in ((self.i_E, n.tau_syn_E), (self.i_I, n.tau_syn_I)):
            kappa = n.tau_m * tau / (n.tau_m - tau) / n.cm
            v = v + current * kappa * (np.exp(-dt / n.tau_m) - np.exp(-dt / tau))
        return v

    def move(self, time):
        """Go on to a time up to which nothing happens but the end of a refractory period."""
        for until in (min(max(self.release, self.time), time), time):
            dt = until - self.time
            if until > self.release:
                self.v = float(self.potential(dt))
            self.i_E *= np.exp(-dt / self.neuron.tau_syn_E)
            self.i_I *= np.exp(-dt / self.neuron.tau_syn_I)
            self.time = until

    def next_spike(self, end):
        """Return when it spikes before ``end`` if nothing arrives, else infinity; and how near it came to another."""
        free = State(**vars(self))
        free.move(min(max(self.time, self.release), end))
        if free.time >= end:
            return np.inf, np.inf
        grid = np.append(np.arange(0.0, end - free.time, STEP), end - free.time)
        above = free.potential(grid) - self.neuron.v_thresh
        if above[0] >= 0:
            return free.time, np.inf
        first = int((above >= 0).argmax())
        if above[first] < 0:
            return np.inf, -above.max()
        root = brentq(lambda dt: free.potential(dt) - self.neuron.v_thresh, grid[first - 1], grid[first], xtol=1e-13)
        return free.time + root, -above[:first].max() if first < 2 else np.inf


def network(neurons, synapses, sources, end):
    """Return the spike times of each neuron up to ``end``, and how near (mV) one came to spiking otherwise.

    Parameters
    ----------
    sources : dict
        Spike times of the presynaptic neurons -1, -2, ...
    """
    states = [State(neuron, v=neuron.v) for neuron in neurons]
    queue, spikes, margin = [], [[] for _ in neurons], np.inf

    def send(pre, time):
        for s in synapses:
            if s.pre == pre and time + s.delay <= end:
                heapq.heappush(queue, (time + s.delay, s.post, s.weight, s.inhibitory))

    for pre, times in sources.items():
        for time in times:
            send(pre, float(time))
    due = [state.next_spike(end) for state in states]
    while True:
        first = int(np.argmin([time for time, _ in due]))
        arrival = queue[0][0] if queue else np.inf
        if min(due[first][0], arrival) > end:
            return [np.array(times) for times in spikes], min([margin, *(near for _, near in due)])
        if due[first][0] <= arrival:
            state, changed = states[first], first
            time = due[first][0]
            state.move(time)
            state.v, state.release = state.neuron.v_reset, time + state.neuron.tau_refrac
            spikes[first].append(time)
            send(first, time)
        else:
            _, changed, weight, inhibitory = heapq.heappop(queue)
            state = states[changed]
            margin = min(margin, abs(state.neuron.v_thresh - state.potential(arrival - state.time)))
            state.move(arrival)
            if inhibitory:
                state.i_I += weight
            else:
                state.i_E += weight
        due[changed] = state.next_spike(end)


def integrated(neurons, synapses, end):
    """Return the spike times of neurons without refractory period, by integration of the differential equations."""
    n = len(neurons)
    tau_m, tau_E, tau_I, cm, rest, offset, reset, thresh = np.array(
        [[getattr(neuron, name) for neuron in neurons] for name in
         ("tau_m", "tau_syn_E", "tau_syn_I", "cm", "v_rest", "i_offset", "v_reset", "v_thresh")]
    )  # fmt: skip

    def slope(_, y):
        v, i_E, i_I = y.reshape(3, n)
        return np.concatenate([(rest - v) / tau_m + (i_E + i_I + offset) / cm, -i_E / tau_E, -i_I / tau_I])

    crossings = [lambda _, y, i=i: y[i] - thresh[i] for i in range(n)]
    for crossing in crossings:
        crossing.terminal, crossing.direction = True, 1.0
    y, time, queue, spikes = (
        np.concatenate([[neuron.v for neuron in neurons], np.zeros(2 * n)]),
        0.0,
        [],
        [[] for _ in neurons],
    )
    while time < end:
        stop = min([end, *(arrival for arrival, *_ in queue)])
        run = solve_ivp(slope, (time, stop), y, "DOP853", events=crossings, rtol=1e-11, atol=1e-11, max_step=0.5)
        time, y = float(run.t[-1]), run.y[:, -1]
        for i, times in enumerate(run.t_events):
            if times.size:
                time, y = float(times[0]), run.y_events[i][0].copy()
                y[i] = reset[i]
                spikes[i].append(time)
                for s in synapses:
                    if s.pre == i:
                        heapq.heappush(queue, (time + s.delay, s.post, s.weight, s.inhibitory))
        while queue and queue[0][0] <= time:
            _, post, weight, inhibitory = heapq.heappop(queue)
            y[post + (2 if inhibitory else 1) * n] += weight
    return [np.array(times) for times in spikes]


def arrivals_at(post, synapses, spikes, sources):
    """Return what reaches one neuron, given the spikes of all."""
    found = [
        (time + s.delay, s.weight, s.inhibitory)
        for s in synapses if s.post == post
        for time in (spikes[s.pre] if s.pre >= 0 else sources[s.pre])
    ]  # fmt: skip
    times, weights, inhibitory = (
        (np.array(column) for column in zip(*sorted(found), strict=True)) if found else [[]] * 3
    )
    return Input(np.array(times, float), np.array(weights, float), np.array(inhibitory, bool))
