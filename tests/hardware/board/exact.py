"""Closed forms of the cells of sPyNNaker in double precision, with its time step and its order of events.

Within a tick: input that is due is added to the synaptic current, the membrane is integrated exactly with the current
held for the step, a threshold crossing is noted, the current decays. An input is scaled so that the current that is
held has the mean of the decaying one over the step.
"""

from __future__ import annotations

import numpy as np


def decay(tau, dt):
    return np.exp(-dt / tau)


def held(tau, dt):
    """What a unit input adds to a current that is held for a step: the mean of its decay over the step."""
    return tau / dt * (1 - decay(tau, dt))


def lif(cell, arriving, dt=1.0, conductance=False):
    """Membrane potentials and spike times.

    Parameters
    ----------
    cell : dict
        PyNN's parameters of IF_curr_exp or IF_cond_exp.
    arriving : array, shape (ticks, 2, n)
        Excitatory and inhibitory weights that arrive at each tick, in nA or uS.

    Returns
    -------
    v : array, shape (ticks, n)
        As at the beginning of each tick, mV.
    spikes : list of list
        Times of each neuron's spikes, ms.
    """
    ticks, _, n = arriving.shape
    taus = np.array([cell["tau_syn_E"], cell["tau_syn_I"]])[:, None]
    v = np.full(n, cell["v_rest"], float)
    synaptic = np.zeros((2, n))
    silent = np.zeros(n, int)
    trace, spikes = np.empty((ticks, n)), [[] for _ in range(n)]
    for tick in range(ticks):
        trace[tick] = v
        synaptic += arriving[tick] * held(taus, dt)
        if conductance:
            current = synaptic[0] * (cell["e_rev_E"] - v) + synaptic[1] * (cell["e_rev_I"] - v)
        else:
            current = synaptic[0] - synaptic[1]
        final = cell["v_rest"] + (current + cell["i_offset"]) * cell["tau_m"] / cell["cm"]
        v = np.where(silent > 0, v, final + (v - final) * decay(cell["tau_m"], dt))
        silent = np.maximum(silent - 1, 0)
        fired = v >= cell["v_thresh"]
        v = np.where(fired, cell["v_reset"], v)
        silent = np.where(fired, int(np.ceil(cell["tau_refrac"] / dt)), silent)
        for neuron in np.flatnonzero(fired):
            spikes[neuron].append(tick * dt)
        synaptic *= decay(taus, dt)
    return trace, spikes


def arrivals(spike_times, weights, delays, ticks, dt=1.0):
    """Sum of the weights that reach each neuron at each tick, shape (ticks, n)."""
    arriving = np.zeros((ticks, weights.shape[1]))
    for times, row, waits in zip(spike_times, weights, delays, strict=True):
        for time in times:
            for neuron, (weight, wait) in enumerate(zip(row, waits, strict=True)):
                tick = round((time + wait) / dt)
                if tick < ticks:
                    arriving[tick, neuron] += weight
    return arriving


def delta_lif(cell, arriving, dt=1.0):
    """As `lif`, for IF_curr_delta: inputs, in mV, step the membrane potential."""
    ticks, _, n = arriving.shape
    v, silent = np.full(n, cell["v_rest"], float), np.zeros(n, int)
    trace, spikes = np.empty((ticks, n)), [[] for _ in range(n)]
    for tick in range(ticks):
        trace[tick] = v
        final = cell["v_rest"] + cell["i_offset"] * cell["tau_m"] / cell["cm"]
        stepped = final + (v - final) * decay(cell["tau_m"], dt) + arriving[tick, 0] - arriving[tick, 1]
        v = np.where(silent > 0, v, stepped)
        silent = np.maximum(silent - 1, 0)
        fired = v >= cell["v_thresh"]
        v = np.where(fired, cell["v_reset"], v)
        silent = np.where(fired, int(np.ceil(cell["tau_refrac"] / dt)), silent)
        for neuron in np.flatnonzero(fired):
            spikes[neuron].append(tick * dt)
    return trace, spikes


def paired_weight(weight, rule, pre, post, delay):
    """A weight after additive spike-pair plasticity, up to the last presynaptic spike.

    All pairs count but those at the same time; a postsynaptic spike takes `delay` to reach the synapse.
    """
    events = [(time, "pre") for time in pre] + [(time + delay, "post") for time in post if time + delay <= max(pre)]
    for time, kind in sorted(events):
        earlier = [t for t, other in events if other != kind and t < time]
        if kind == "post":
            weight += rule["A_plus"] * sum(np.exp((t - time) / rule["tau_plus"]) for t in earlier)
        else:
            weight -= rule["A_minus"] * sum(np.exp((t - time) / rule["tau_minus"]) for t in earlier)
        weight = min(max(weight, rule["w_min"]), rule["w_max"])
    return weight
