"""Learning rules of sPyNNaker in double precision: a weight after plasticity, up to the last presynaptic spike.

A postsynaptic spike, and a reward, takes a synapse's delay to reach it; of two spikes that are there at the same time,
it counts as the earlier one. Parameters are PyNN's, times in ms, `pre` and `post` lists of spike times.
"""

from __future__ import annotations

from functools import partial

import numpy as np

W_MIN, W_MAX = 0.0, 4.0
_FINE, _DOPAMINE, _ELIGIBILITY = 1, 4, 16
"""Steps in which the machine looks up how far traces have decayed, ms."""


def _events(pre, post, delay):
    arrived = [(time + delay, "post") for time in post if time + delay <= max(pre)]
    return sorted(arrived + [(time, "pre") for time in pre], key=lambda event: (event[0], event[1] == "pre"))


def _clipped(weight):
    return min(max(weight, W_MIN), W_MAX)


def _traced(pre, post, delay, tau_pre, tau_post):
    """Yield the kind of each event, and what it finds of two traces, to each of which a spike of its own adds one."""
    r = o = last = 0.0
    for time, kind in _events(pre, post, delay):
        since, last = time - last, time
        r, o = r * np.exp(-since / tau_pre), o * np.exp(-since / tau_post)
        yield kind, r, o
        r, o = (r + 1, o) if kind == "pre" else (r, o + 1)


def triplet(weight, rule, pre, post, delay=1.0):
    """Pfister and Gerstner's rule with all spikes; amplitudes are multiples of w_max.

    r1, r2 and o1, o2 decay with tau_plus, tau_x, tau_minus and tau_y, and a spike of its own adds one to each. At a
    presynaptic spike: w -= o1 (A_minus + A3_minus r2). At a postsynaptic one: w += r1 (A_plus + A3_plus o2).
    """
    r1 = r2 = o1 = o2 = last = 0.0
    for time, kind in _events(pre, post, delay):
        since, last = time - last, time
        r1 *= np.exp(-since / rule["tau_plus"])
        r2 *= np.exp(-since / rule["tau_x"])
        o1 *= np.exp(-since / rule["tau_minus"])
        o2 *= np.exp(-since / rule["tau_y"])
        if kind == "pre":
            weight -= W_MAX * o1 * (rule["A_minus"] + rule["A3_minus"] * r2)
            r1, r2 = r1 + 1, r2 + 1
        else:
            weight += W_MAX * r1 * (rule["A_plus"] + rule["A3_plus"] * o2)
            o1, o2 = o1 + 1, o2 + 1
        weight = _clipped(weight)
    return weight


def nearest(weight, rule, pre, post, delay=1.0, first=0.0):
    """Pairs of a spike with the latest one before it, of postsynaptic ones only the first after a presynaptic one.

    The machine takes for granted that each neuron has fired at the time `first`; None is the rule without that.
    """
    last_pre, last_post = first, None
    for time, kind in _events(pre, post, delay):
        if kind == "pre":
            if last_post is not None:
                weight -= rule["A_minus"] * np.exp(-(time - last_post) / rule["tau_minus"])
            last_pre = time
        else:
            if last_pre is not None and (last_post is None or last_post < last_pre):
                weight += rule["A_plus"] * np.exp(-(time - last_pre) / rule["tau_plus"])
            last_post = time
        weight = _clipped(weight)
    return weight


def multiplicative(weight, rule, pre, post, delay=1.0):
    """Changes are in proportion to the distance from the limit that they lead to."""
    for kind, r, o in _traced(pre, post, delay, rule["tau_plus"], rule["tau_minus"]):
        if kind == "pre":
            weight -= rule["A_minus"] * o * (weight - W_MIN)
        else:
            weight += rule["A_plus"] * r * (W_MAX - weight)
    return weight


def vogels(weight, rule, pre, post, delay=1.0):
    """Vogels et al., 2011: pairs of either order strengthen, each presynaptic spike weakens by eta alpha."""
    for kind, r, o in _traced(pre, post, delay, rule["tau"], rule["tau"]):
        weight += rule["A_minus"] * (o - rule["alpha"]) if kind == "pre" else rule["A_plus"] * r
        weight = _clipped(weight)
    return weight


def izhikevich(weight, rule, pre, post, modulations, delay=1.0):
    """Izhikevich, 2007: dw/dt = c D, dc/dt = -c / tau_c + pairs of spikes, dD/dt = -D / tau_d + modulators.

    Parameters
    ----------
    modulations : list of (float, float)
        Time and concentration of each reward, negative of a punishment.
    """
    kinds = [(time + delay, 0, "post", 0.0) for time in post] + [(time, 2, "pre", 0.0) for time in pre]
    kinds += [(time + delay, 1, "modulator", change) for time, change in modulations]
    rate = 1 / rule["tau_c"] + 1 / rule["tau_d"]
    r = o = c = d = last = 0.0
    for time, _, kind, change in sorted(kinds):
        if time > max(pre):
            break
        since, last = time - last, time
        weight += c * d * (1 - np.exp(-since * rate)) / rate
        r, o = r * np.exp(-since / rule["tau_plus"]), o * np.exp(-since / rule["tau_minus"])
        c, d = c * np.exp(-since / rule["tau_c"]), d * np.exp(-since / rule["tau_d"]) + change
        if kind == "pre":
            c, r = max(c - rule["A_minus"] * o, 0.0), r + 1
        elif kind == "post":
            c, o = c + rule["A_plus"] * r, o + 1
    return _clipped(weight)


def _cut(x):
    """Cut a trace as the machine does, which holds it in multiples of 1 / 2048."""
    return np.floor(x * 2048) / 2048


def _left(since, tau, step):
    """What is left of a trace, as the machine looks it up."""
    return _cut(np.exp(-(since // step * step) / tau))


def _history(rule, post, modulations):
    """Time, kind, trace of postsynaptic spikes and dopamine after each event of a neuron."""
    events = sorted([(time, 0, 0.0) for time in post] + [(time, 1, change) for time, change in modulations])
    trace, dopamine, last, found = 0.0, 0.0, 0.0, []
    for time, modulates, change in events:
        trace = _cut(trace * _left(time - last, rule["tau_minus"], _FINE)) + (not modulates)
        dopamine = _cut(dopamine * _left(time - last, rule["tau_d"], _DOPAMINE)) + _cut(change)
        found.append((time, modulates, trace, dopamine))
        last = time
    return found


def izhikevich_on_the_machine(weight, rule, pre, post, modulations, delay=1.0):
    """The same in the machine's steps: at each presynaptic spike, with what has happened to the neuron since the last.

    Eligibility decays in steps of 16 ms, dopamine in steps of 4 ms, and dopamine from before the last presynaptic spike
    by the delay too much.
    """
    history = _history(rule, post, modulations)
    left_c = partial(_left, tau=rule["tau_c"], step=_ELIGIBILITY)
    left_d = partial(_left, tau=rule["tau_d"], step=_DOPAMINE)
    duration = 1 / (1 / rule["tau_c"] + 1 / rule["tau_d"])
    c = r = last_pre = 0.0
    for now in pre:
        at, dopamine = last_pre, 0.0
        earlier = [event for event in history if event[0] <= max(last_pre - delay, 0)]
        latest = earlier[-1] if earlier else None
        if latest:
            dopamine = _cut(latest[3] * left_d(last_pre - latest[0]))
        for event in [event for event in history if last_pre - delay < event[0] <= now - delay]:
            since, at = event[0] + delay - at, event[0] + delay
            weight += c * dopamine * (1 - _cut(left_c(since) * left_d(since))) * duration
            c *= left_c(since)
            if not event[1]:
                c += rule["A_plus"] * r * np.exp(-(at - last_pre) / rule["tau_plus"])
            latest, dopamine = event, event[3]
        if latest:
            since = now - at
            weight += c * dopamine * (1 - _cut(left_c(since) * left_d(since))) * duration
            depressed = rule["A_minus"] * latest[2] * np.exp(-(now - latest[0] - delay) / rule["tau_minus"])
            c = max(c * left_c(since) - depressed, 0.0)
        weight = _clipped(weight)
        r, last_pre = r * np.exp(-(now - last_pre) / rule["tau_plus"]) + 1, now
    return weight
