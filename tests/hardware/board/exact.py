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


def lif(cell, arriving, dt=1.0, leak=None):
    """Membrane potentials and spike times.

    Parameters
    ----------
    cell : dict
        PyNN's parameters of IF_curr_exp, of IF_cond_exp (with reversal potentials) or of IF_curr_delta (without time
        constants of synapses; an input is a current that flows for one step and carries the weight's charge, nA ms).
    arriving : array, shape (ticks, 2, n)
        Excitatory and inhibitory weights that arrive at each tick, in nA, uS or nA ms.
    dt : float
        ms.
    leak : float, optional
        By what the membrane potential decays in a step, if not exactly.

    Returns
    -------
    v : array, shape (ticks, n)
        As at the beginning of each tick, mV.
    spikes : list of list
        Times of each neuron's spikes, ms.
    """
    ticks, _, n = arriving.shape
    if "tau_syn_E" in cell:
        taus = np.array([cell["tau_syn_E"], cell["tau_syn_I"]])[:, None]
        gain, remaining = held(taus, dt), decay(taus, dt)
    else:
        gain, remaining = 1 / dt, 0.0
    leak = decay(cell["tau_m"], dt) if leak is None else leak
    v = np.full(n, cell["v_rest"], float)
    synaptic = np.zeros((2, n))
    silent = np.zeros(n, int)
    trace, spikes = np.empty((ticks, n)), [[] for _ in range(n)]
    for tick in range(ticks):
        trace[tick] = v
        synaptic += arriving[tick] * gain
        if "e_rev_E" in cell:
            current = synaptic[0] * (cell["e_rev_E"] - v) + synaptic[1] * (cell["e_rev_I"] - v)
        else:
            current = synaptic[0] - synaptic[1]
        final = cell["v_rest"] + (current + cell["i_offset"]) * cell["tau_m"] / cell["cm"]
        v = np.where(silent > 0, v, final + (v - final) * leak)
        silent = np.maximum(silent - 1, 0)
        fired = v >= cell["v_thresh"]
        v = np.where(fired, cell["v_reset"], v)
        silent = np.where(fired, int(np.ceil(cell["tau_refrac"] / dt)), silent)
        for neuron in np.flatnonzero(fired):
            spikes[neuron].append(tick * dt)
        synaptic *= remaining
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


def paired_weight(weight, rule, pre, post, delay):
    """A weight after additive spike-pair plasticity, up to the last presynaptic spike.

    All pairs count. A postsynaptic spike takes `delay` to reach the synapse; of two spikes that are there at the same
    time, it counts as the earlier one.
    """
    events = [(time, "pre") for time in pre] + [(time + delay, "post") for time in post if time + delay <= max(pre)]
    for time, kind in sorted(events):  # "post" comes before "pre"
        if kind == "post":
            weight += rule["A_plus"] * sum(np.exp((t - time) / rule["tau_plus"]) for t in pre if t < time)
        else:
            arrived = [t + delay for t in post if t + delay <= time]
            weight -= rule["A_minus"] * sum(np.exp((t - time) / rule["tau_minus"]) for t in arrived)
        weight = min(max(weight, rule["w_min"]), rule["w_max"])
    return weight
